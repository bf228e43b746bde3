"""An installation without the checkout carries the suite's files that are no part of the package ``support``.

``pip install`` of the checkout copies them to ``support/suite``, where ``support/base/places.py`` finds them. An
editable installation uses those of the checkout.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
FILES = ("environment.py", "behave.ini", "allurerc.mjs", "package.json", "package-lock.json")


class WithSuite(build_py):
    """Builds the package with steps, hooks, behave's configuration, and what the report generator is installed by."""

    def run(self) -> None:
        """Build from nothing: what an earlier build left may have been removed from the checkout since."""
        if self.editable_mode:
            super().run()
            return
        built = Path(self.build_lib) / "support"
        shutil.rmtree(built, ignore_errors=True)
        super().run()
        carried = built / "suite"
        shutil.copytree(ROOT / "steps", carried / "steps", ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy2(ROOT / name, carried)


setup(cmdclass={"build_py": WithSuite})
