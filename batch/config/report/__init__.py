"""Problems of a configuration: how they are collected, placed and worded."""
