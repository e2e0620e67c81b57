namespace RestrictedRunner;

/// <summary>One variable of the container's environment.</summary>
/// <param name="Name">Not empty and without <c>=</c>.</param>
/// <param name="Value">Any text, newlines included.</param>
public sealed record EnvironmentVariable(string Name, string Value);
