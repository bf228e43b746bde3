"""Backups of a data folder: one archive that is made while CAIO runs, and restored into an empty folder."""

from caio.backup.archive import BackupRefused, Manifest
from caio.backup.make import back_up
from caio.backup.restore import restore

__all__ = ["BackupRefused", "Manifest", "back_up", "restore"]
