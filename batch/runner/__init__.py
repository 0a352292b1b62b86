"""One cycle from beginning to end: resume, receive, reconcile, advise, deliver."""
