"""How the sample calls the parts of its procedures."""

import tomllib
from typing import Any

from tests.house import ROOT

BIRTH, PERMIT, STAY, STATUS = "1.001193", "1.013225", "1.004194", "1.004873"


class Procedure:
    """How the sample calls the parts of a procedure, in one language."""

    def __init__(self, code: str, language: str) -> None:
        [file] = (ROOT / "starter" / "procedures").glob(f"{code}-*.toml")
        self.known, self.language = tomllib.loads(file.read_text("utf-8")), language

    def said(self, names: dict[str, str]) -> str:
        return names[self.language]

    @property
    def name(self) -> str:
        return self.said(self.known["name"])

    @property
    def occasion(self) -> str:
        return self.said(self.known["occasions"][0])

    def field(self, code: str) -> dict[str, Any]:
        return next(
            found
            for section in self.known["form"]["sections"]
            for field in section["fields"]
            for found in (field, *field.get("fields", ()))
            if found["code"] == code
        )

    def label(self, code: str) -> str:
        return self.said(self.field(code)["name"])

    def options(self, code: str, until: str) -> list[str]:
        """The names of the options down to one of them, as the arrows meet them."""
        found = []
        for option in self.field(code)["options"]:
            found.append(self.said(option["name"]))
            if option["code"] == until:
                return found
        raise AssertionError(f"no option {until} of {code}")

    def paper(self, code: str) -> str:
        return next(self.said(one["name"]) for one in self.known["papers"] if one["code"] == code)

    def outcomes(self, step: str, until: str) -> list[str]:
        found = []
        for outcome in next(one for one in self.known["steps"] if one["code"] == step)["outcomes"]:
            found.append(self.said(outcome["name"]))
            if outcome["code"] == until:
                return found
        raise AssertionError(f"no outcome {until} of {step}")

    @property
    def papers_always(self) -> list[str]:
        """Papers that are asked for whatever was answered."""
        return [self.said(one["name"]) for one in self.known["papers"] if "when" not in one]
