using System.Reflection;
using CsCheck;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build;
using RestrictedRunner.Build.MSBuild;

namespace RestrictedRunner.Tests;

public class ParametersHashTests
{
    // What makes no step run, nor changes what the task gives back: whether and how to look, and when.
    private static readonly string[] ThatDoNotCount =
    [
        "BuildEngine", "HostObject", "TaskResources", "HelpKeywordPrefix", "ReadAt", "Cleaned", "Stamp", "MaxParallel", "StopAtFailure", "FailIfNotIncremental", "OpensShell", "ShellOf", "KeepStages", "OnlyExplain", "OuterExplains", "Report", "ReportFolder", "BuildIdProject",
        "CacheAddress", "CachePush", "CacheHeader", "CacheCertificate", "CacheCaBundle", "IsContinuousIntegration", "Remote", "RemoteProperties", "RemoteFallback",
    ];

    private static readonly Gen<(string Name, string Value)[]> Metadata =
        Gen.Dictionary(Gen.String[Gen.Char["abA"], 1, 3], Gen.String[Gen.Char["ab;%:[]1"], 1, 4])[0, 3]
            .Select(metadata => metadata.DistinctBy(value => value.Key.ToUpperInvariant()).Select(value => (value.Key, value.Value)).ToArray());

    private static readonly Gen<(string Name, (string Name, string Value)[] Metadata)[]> Items = Gen.Select(Gen.String[Gen.Char["ab:1[]"], 1, 4], Metadata).Array[0, 3];

    [Fact]
    public void Other_items_or_metadata_have_another_hash() =>
        Gen.Select(Items, Items).Sample((one, other) =>
            Assert.Equal(Text(one) == Text(other), HashOfItems(ItemsOf(one)) == HashOfItems(ItemsOf(other))));

    [Fact]
    public void The_order_of_metadata_does_not_count_and_that_of_items_does()
    {
        Assert.Equal(HashOfItems(ItemsOf([("a", [("x", "1"), ("y", "2")])])), HashOfItems(ItemsOf([("a", [("y", "2"), ("x", "1")])])));
        Assert.NotEqual(HashOfItems(ItemsOf([("a", []), ("b", [])])), HashOfItems(ItemsOf([("b", []), ("a", [])])));
    }

    [Fact]
    public void Two_values_are_never_one() =>
        Gen.Select(Gen.String[Gen.Char["1:a"], 0, 4], Gen.String[Gen.Char["1:a"], 0, 4], Gen.String[Gen.Char["1:a"], 0, 4], Gen.String[Gen.Char["1:a"], 0, 4])
            .Sample((a, b, c, d) => Assert.Equal((a, b) == (c, d), ParametersHash.Of(a, b) == ParametersHash.Of(c, d)));

    // So that a new parameter is not forgotten.
    [Fact]
    public void Every_parameter_of_the_task_counts()
    {
        var parameters = typeof(DockerExecSteps).GetProperties().Where(property => property.CanWrite && property.SetMethod!.IsPublic).Where(property => !ThatDoNotCount.Contains(property.Name)).ToList();
        Assert.Contains(parameters, parameter => parameter.Name == nameof(DockerExecSteps.Defaults));
        using var task = new DockerExecSteps { ProjectFiles = [new TaskItem("/p/a.proj")] };
        HashSet<string> hashes = [HashOf(task)];
        foreach (var parameter in parameters)
        {
            parameter.SetValue(task, Other(parameter.GetValue(task)!));

            Assert.True(hashes.Add(HashOf(task)), parameter.Name);
        }
    }

    // Alone, an array would be taken for the list of the values.
    private static string HashOfItems(ITaskItem[] items) => ParametersHash.Of("", items);

    private static string HashOf(DockerExecSteps task) =>
        (string)typeof(DockerExecSteps).GetMethod("ParametersHashOf", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(task, ["/p"])!;

    private static object Other(object value) => value switch
    {
        string text => text + "x",
        bool flag => !flag,
        ITaskItem[] items => items.Append(new TaskItem("more")).ToArray(),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    private static string Text((string Name, (string Name, string Value)[] Metadata)[] items) =>
        string.Join("\n", items.Select(item => $"{Uri.EscapeDataString(item.Name)} {string.Join(' ', item.Metadata.OrderBy(value => value.Name, StringComparer.Ordinal).Select(value => $"{value.Name}={Uri.EscapeDataString(value.Value)}"))}"));

    private static ITaskItem[] ItemsOf((string Name, (string Name, string Value)[] Metadata)[] items) => [.. items.Select(Item)];

    private static TaskItem Item((string Name, (string Name, string Value)[] Metadata) item)
    {
        var result = new TaskItem(item.Name);
        foreach (var (name, value) in item.Metadata)
        {
            result.SetMetadata(name, value);
        }

        return result;
    }
}
