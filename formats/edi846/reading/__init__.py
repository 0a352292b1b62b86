"""An 846 as a table: tolerant of what partners send, and strict where a row could be lost."""
