"""Commands run at night by the system's own timer: systemd, cron, the Task Scheduler of Windows.

Everything here makes text; nothing is installed or changed.
"""
