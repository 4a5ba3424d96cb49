"""A whole plan compressed, for looking at."""

from datetime import date

import strawberry

from domain.compression.model import Strategy
from resolvers import outlines
from schema.fields import field
from schema.types.compression import Change, Compression, CompressionSummary
from schema.types.segment import Segment
from schema.types.session import Session


@strawberry.type(description="Which session a preview speaks of.")
class PreviewContext:
    session: Session = field(description="The session, as it is stored.")
    week: int = field(description="Ordinal of its week in the plan, from 1.")
    title: str = field(outlines.title_of_preview, description="The session's title.")
    scheduled_on: date | None = field(outlines.day_of_preview, description="The day it is planned for.")


@strawberry.type(description="One session of a plan, compressed.")
class SessionPreview:
    context: PreviewContext = field(outlines.preview_itself, description="Which session it is.")
    segments: list[Segment] = field(
        outlines.segments_of_preview, description="Its parts in the order they would be done."
    )
    summary: CompressionSummary = field(outlines.compression_of_preview, description="It in numbers.")
    decisions: list[Change] = field(
        outlines.decisions_of_preview, description="Every change with reason and price."
    )
    compression: Compression = field(outlines.compression_of_preview, description="It in full.")


@strawberry.type(description="Every session of a plan compressed to the same minutes. Nothing is stored.")
class TimeCrunchPreview:
    plan_id: strawberry.ID = field(outlines.plan_id_of_preview, description="Global id of the plan.")
    target_minutes: int = field(description="Minutes that were asked for, for each session.")
    original_duration_seconds: int = field(
        outlines.original_seconds_of_preview, description="Seconds of all its sessions as planned."
    )
    compressed_duration_seconds: int = field(
        outlines.compressed_seconds_of_preview, description="Seconds of all its sessions compressed."
    )
    meets_time_constraint: bool = field(description="Whether every session really fits.")
    strategy: Strategy = field(description="What the sessions consist of between them.")
    sessions: list[SessionPreview] = field(size=20, description="The sessions in the plan's order.")
    warnings: list[str] = field(description="What athlete and coach should know.")
