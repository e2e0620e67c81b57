using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace RestrictedRunner.EngineTests;

/// <summary>Runs a theory on each of the <see cref="NewerEngines"/>, with the engine's name first and the given values after it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachNewerEngineAttribute(params object?[] values) : DataAttribute
{
    public object?[] Values => values;

    /// <summary>Name of the one engine that it is about; all of them if empty.</summary>
    public string Only { get; set; } = "";

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. NewerEngines.Names.Where(name => Only.Length == 0 || name == Only).Select(Row)]);

    public override bool SupportsDiscoveryEnumeration() => true;

    private TheoryDataRow Row(string name) => new([name, .. values])
    {
        Skip = Engines.AreRequired || NewerEngines.IsThere(name) ? null : $"{name} is not there; run build/engine.sh --newer",
    };
}
