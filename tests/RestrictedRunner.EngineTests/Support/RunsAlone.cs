namespace RestrictedRunner.EngineTests;

/// <summary>The collection of tests that run one by one, after all others.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public class RunsAlone;
