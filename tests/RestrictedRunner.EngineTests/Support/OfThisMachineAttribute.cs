namespace RestrictedRunner.EngineTests;

/// <summary>Tests that need more than an engine that runs busybox: other images, a registry that it reaches, the machine's own client or network.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OfThisMachineAttribute : Attribute;
