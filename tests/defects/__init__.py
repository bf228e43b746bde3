"""Defects: each breaks one promise of CAIO from outside its code, to show that a scenario notices."""
