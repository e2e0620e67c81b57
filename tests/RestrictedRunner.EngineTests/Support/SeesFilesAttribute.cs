namespace RestrictedRunner.EngineTests;

/// <summary>
/// Tests that do not hold on an engine that does not see this machine's files: of shared and interactive containers, of
/// pipes, of what is mounted while it changes, and of the very words of <c>run</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SeesFilesAttribute : Attribute;
