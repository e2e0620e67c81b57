namespace RestrictedRunner.Build.Keys;

/// <summary>What a step's key is made of besides its inputs, by the names that a user gives to the parts.</summary>
internal sealed record KeyParts
{
    /// <summary>The image by its digest or id, or its name where that is not looked up.</summary>
    public required string Image { get; init; }

    /// <summary>Our name and version.</summary>
    public required string Version { get; init; }

    /// <summary>What each parameter of the step says. One that says nothing need not be there.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>The values of the environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }
}
