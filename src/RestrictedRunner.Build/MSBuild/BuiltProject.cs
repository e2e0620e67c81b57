using System.Reflection;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Properties and items of the project that is built. No interface of MSBuild's gives them to a task, a task factory, which
/// gets them from its <c>UsingTask</c>, is refused with <c>-mt</c>, and to ask a target means to build it. So they are read
/// from where MSBuild keeps them; where that is not to be seen, what is asked for has a default.
/// </summary>
internal static class BuiltProject
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The value of a property; empty when it has none, or MSBuild does not show it: a task in a process of its own has none.</summary>
    public static string Property(IBuildEngine task, string name) => Ask(task, "GetPropertyValue", name) as string ?? "";

    /// <summary>The items of a type; none where MSBuild does not show them: a task in a process of its own has none.</summary>
    public static IReadOnlyList<ITaskItem> Items(IBuildEngine task, string type) => Ask(task, "GetItems", type) is IEnumerable<ITaskItem> items ? [.. items] : [];

    private static object? Ask(IBuildEngine task, string question, string name)
    {
        try
        {
            var request = task.GetType().GetField("_requestEntry", Members)?.GetValue(task);
            return Value(Value(request, "RequestConfiguration"), "Project") is { } project
                ? project.GetType().GetMethod(question, [typeof(string)])?.Invoke(project, [name])
                : null;
        }
        catch (Exception e) when (e is TargetInvocationException or AmbiguousMatchException)
        {
            return null;
        }
    }

    private static object? Value(object? from, string property) => from?.GetType().GetProperty(property, Members)?.GetValue(from);
}
