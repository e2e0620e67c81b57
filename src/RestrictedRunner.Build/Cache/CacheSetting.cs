using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>What a project says of the cache.</summary>
/// <param name="Folder">Where it is; null where it is not used, or nothing can be kept.</param>
/// <param name="Limit">Bytes that it may take.</param>
internal sealed record CacheSetting(CacheFolder? Folder, long Limit)
{
    /// <summary>Reads the properties.</summary>
    /// <param name="use"><c>local</c>, <c>off</c>, or empty for the first.</param>
    /// <param name="size">Such as <c>10g</c>, or empty for the default.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="problem">Is told what is wrong with them.</param>
    public static CacheSetting Read(string use, string size, Host host, Action<OptionProblem> problem)
    {
        var isOff = use.Equals("off", StringComparison.OrdinalIgnoreCase);
        if (!isOff && use.Length > 0 && !use.Equals("local", StringComparison.OrdinalIgnoreCase))
        {
            problem(new(OptionProblemKind.ValueInvalid, "DockerExecCache", use, "it is local or off"));
        }

        var limit = size.Length == 0 ? Eviction.DefaultLimit : SizeText.Read(size);
        if (limit is null)
        {
            problem(new(OptionProblemKind.ValueInvalid, "DockerExecCacheSize", size, SizeText.Form));
        }

        return new(isOff ? null : CacheFolder.Default(host), limit ?? Eviction.DefaultLimit);
    }
}
