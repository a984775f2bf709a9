"""What a scenario came to: its figures, and what did not hold."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Verdict:
    """Figures by name, and a sentence for each promise that was not kept."""

    figures: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Say whether every promise was kept."""
        return not self.complaints

    def demand(self, kept: bool, complaint: str) -> None:
        """Note ``complaint`` unless ``kept``."""
        if not kept:
            self.complaints.append(complaint)

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as JSON has it."""
        return {"held": self.held, "figures": self.figures, "complaints": self.complaints}
