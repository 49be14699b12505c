"""Whether a flight may be flown: the plan, the operator, the rules of the day, the verdict."""
