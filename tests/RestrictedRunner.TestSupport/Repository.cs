using System.Reflection;

namespace RestrictedRunner.TestSupport;

/// <summary>The repository that the tests are in.</summary>
internal static class Repository
{
    /// <summary>Full path of its folder.</summary>
    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
}
