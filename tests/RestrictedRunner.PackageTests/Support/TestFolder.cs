using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace RestrictedRunner.PackageTests;

/// <summary>Folders of the current test. They stay when it fails.</summary>
internal static class TestFolder
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<string>> Folders = [];

    public static string New()
    {
        var context = TestContext.Current;
        var folder = Path.Combine(TestRun.Folder, $"{context.TestClass!.TestClassSimpleName} {Path.GetRandomFileName()[..6]}");
        Directory.CreateDirectory(folder);
        Folders.GetOrAdd(context.Test!.UniqueID, _ => []).Add(folder);
        return folder;
    }

    public static void RemoveOf(string test)
    {
        foreach (var folder in Folders.TryRemove(test, out var folders) ? folders : [])
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static bool AllAreRemoved => Folders.IsEmpty;
}

/// <summary>What a failed test left is there to be looked at.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class RemoveFoldersOfPassedTestsAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        ArgumentNullException.ThrowIfNull(test);
        if (TestContext.Current.TestState?.Result == TestResult.Passed)
        {
            TestFolder.RemoveOf(test.UniqueID);
        }
    }
}
