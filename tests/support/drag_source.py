"""A window to drag things out of, as out of a file manager: what is named is dragged from anywhere.

Arguments: `x,y` of the window, then a kind (`files` or `text`) and what there is of it. It says
`ready` once it is shown, `over` and an action each time that a drag would end with another one,
and the action that each drag has ended with.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    def __init__(self, kind: str, things: list[str]) -> None:
        super().__init__(f"Drag {len(things)} {kind}")
        self._kind, self._things = kind, things
        self.resize(300, 60)

    def mime(self) -> QMimeData:
        made = QMimeData()
        if self._kind == "text":
            made.setText(" ".join(self._things))
        else:
            made.setUrls([QUrl.fromLocalFile(path) for path in self._things])
        return made

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt calls it
        if event.buttons() & Qt.MouseButton.LeftButton:
            drag = QDrag(self)
            drag.setMimeData(self.mime())
            drag.actionChanged.connect(lambda action: say(f"over {action.name}"))
            say(drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction).name)


def say(words: str | None) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> int:
    app = QApplication(sys.argv[:1])
    place, kind, *things = sys.argv[1:]
    window = Source(kind, things)
    window.move(*map(int, place.split(",")))
    window.show()
    QTimer.singleShot(300, lambda: say("ready"))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
