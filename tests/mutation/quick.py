"""A pytest plugin for runs over mutants: property tests always try the same examples, and do not shrink what they find."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "mutation",
    database=None,
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),  # a busy machine is no mistake that was noticed
)
settings.load_profile("mutation")
