using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace RestrictedRunner.EngineTests;

/// <summary>Runs a theory on each engine, with the engine's name first and the given values after it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachEngineAttribute(params object?[] values) : DataAttribute
{
    public object?[] Values => values;

    /// <summary>The one engine to run on, where others differ by nature.</summary>
    public string Only { get; set; } = "";

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Engines.All.Where(engine => Engines.AreNamed || IsMeant(engine)).Select(engine => Row(engine, testMethod))]);

    public override bool SupportsDiscoveryEnumeration() => true;

    private TheoryDataRow Row(string engine, MethodInfo testMethod) => new([engine, .. values])
    {
        Skip = Engines.AreRemote && (SeesFiles(testMethod) || SeesFiles(testMethod.DeclaringType!)) ? "the engine does not see this machine's files"
            : !IsMeant(engine) || (Engines.AreNamed && (IsOfThisMachine(testMethod) || IsOfThisMachine(testMethod.DeclaringType!))) ? "it is about other engines"
            : Engines.AreRequired || Engines.Answers(engine) ? null
            : $"{engine} does not run {TestImages.Busybox}; run build/engine.sh --test and build/images.sh --podman",
    };

    private bool IsMeant(string engine) => Only.Length == 0 || Engines.Is(engine, Only);

    private static bool SeesFiles(MemberInfo member) => member.IsDefined(typeof(SeesFilesAttribute), inherit: false);

    private static bool IsOfThisMachine(MemberInfo member) => member.IsDefined(typeof(OfThisMachineAttribute), inherit: false);
}
