"""The doors of citizens: report, follow, see what others reported; and the door of partners."""
