"""Patterns: from an area, a line or a place to the items that fly it. Pure.

Everything is laid out in metres east and north of the shape's middle (`geo.local_frame`) and given
back in degrees. What cannot be laid out raises `PlanRefused` with the field and a remedy.
"""

from geo.missions.patterns.camera import SurveyCamera
from geo.missions.patterns.corridor import Corridor, CorridorPlan, plan_corridor
from geo.missions.patterns.orbit import Orbit, plan_orbit
from geo.missions.patterns.perimeter import Perimeter, plan_perimeter
from geo.missions.patterns.search import (
    ExpandingSquare,
    SectorSearch,
    plan_expanding_square,
    plan_sector_search,
)
from geo.missions.patterns.survey import Survey, SurveyPlan, plan_survey
from geo.missions.refused import MAX_ITEMS, PlanRefused

__all__ = ["MAX_ITEMS", "Corridor", "CorridorPlan", "ExpandingSquare", "Orbit", "Perimeter"]
__all__ += ["PlanRefused", "SectorSearch", "Survey", "SurveyCamera", "SurveyPlan"]
__all__ += ["plan_corridor", "plan_expanding_square", "plan_orbit", "plan_perimeter"]
__all__ += ["plan_sector_search", "plan_survey"]
