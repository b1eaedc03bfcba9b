"""A timeline as files for a bug report: a README, each message as XML, and everything as JSON.

Users' names, addresses and claims are in it, and the responses as they were sent, which a service
provider may still accept for some minutes: give it only to people who may see them.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.instants import json_instant
from idp.management.timeline_texts import StepView, message_name, shown_time, views_of

if TYPE_CHECKING:
    from idp.recorder.timeline import Timeline

README = """\
Timeline {activity_id}

{sentence}

user     {user}
trust    {trust}
node     {node}
began    {began_at}
changed  {changed_at}
server   Tallystick {version}
written  {now}

README.txt     this file
timeline.json  every step with all its values
*.xml          the messages, indented: a signature of them is checked over the text in timeline.json

These files hold the user's name and claims, network addresses and the messages as they were sent.
They hold no password, code, number, cookie or key. A response may be accepted by its service
provider for some minutes after it was sent: do not publish it before.

Steps
{steps}
"""


class ExportRefused(TallystickError):
    """Raised if the folder of an export cannot be written, or is not empty."""

    code = "export_refused"


def files_of(timeline: Timeline, now: datetime) -> dict[str, str]:
    """Return the texts of the files by their names."""
    summary, views = timeline.summary, views_of(timeline)
    steps = "\n".join(f"{shown_time(each.at)}  {each.heading}: {each.line}" for each in views)
    shown = {**summary.as_json(), "sentence": summary.sentence, "version": version("tallystick")}
    readme = README.format(**shown, now=json_instant(now), steps=steps)
    values = {"version": version("tallystick"), **timeline.as_json()}
    as_json = json.dumps(values, indent=2, ensure_ascii=False)
    messages = _messages(timeline, views)
    return {"README.txt": readme, "timeline.json": as_json + "\n", **dict(messages)}


def as_zip(timeline: Timeline, now: datetime) -> bytes:
    """Return the files as a ZIP archive, in a folder named after the Activity ID."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        for name, text in files_of(timeline, now).items():
            files.writestr(f"trace-{timeline.summary.activity_id}/{name}", text)
    return archive.getvalue()


def write_folder(timeline: Timeline, folder: Path, now: datetime) -> None:
    """Write the files into *folder*, made with mode 0700; raises :class:`ExportRefused`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ExportRefused(f"{folder} is not empty", "Give a folder that does not exist yet")
        for name, text in files_of(timeline, now).items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ExportRefused(
            f"{folder} cannot be written: {error.strerror}", "Give another folder"
        ) from None


def _messages(timeline: Timeline, views: tuple[StepView, ...]) -> Iterator[tuple[str, str]]:
    with_xml = [(step, view) for step, view in zip(timeline.steps, views, strict=True) if view.xml]
    for number, (step, view) in enumerate(with_xml, 1):
        yield f"{number:02}-{view.kind}-{message_name(step.fields)}.xml", view.xml
