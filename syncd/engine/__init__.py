"""Who makes passes when. One door to APScheduler."""
