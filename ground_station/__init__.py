"""The ground station: core, services, store, API, agent link, vision, and how they are joined."""
