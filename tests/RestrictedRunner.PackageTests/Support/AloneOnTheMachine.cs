namespace RestrictedRunner.PackageTests;

/// <summary>The collection of tests that run one by one, after all others.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneOnTheMachine;
