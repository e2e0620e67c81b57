namespace RestrictedRunner.Options;

/// <summary>Which engine is meant. Images, and what is known of them, belong to one engine.</summary>
/// <param name="Client">Value of <see cref="StepOptions.Engine"/>.</param>
/// <param name="Context">Value of <see cref="StepOptions.Context"/>.</param>
internal sealed record EngineChoice(string Client, string Context = "")
{
    /// <summary>Options that tell the engine, and nothing else.</summary>
    public StepOptions Options => new() { Engine = Client, Context = Context };
}
