using System.Reflection;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Properties of the project that is built. No interface of MSBuild's gives them to a task, a task factory, which gets
/// them from its <c>UsingTask</c>, is refused with <c>-mt</c>, and to ask a target means to build it. So they are read
/// from where MSBuild keeps them; where that is not to be seen, what is asked for has a default.
/// </summary>
internal static class BuiltProject
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The value of a property; empty when it has none, or MSBuild does not show it: a task in a process of its own has none.</summary>
    public static string Property(IBuildEngine task, string name)
    {
        try
        {
            var request = task.GetType().GetField("_requestEntry", Members)?.GetValue(task);
            return Value(Value(request, "RequestConfiguration"), "Project") is { } project
                && project.GetType().GetMethod("GetPropertyValue", [typeof(string)]) is { } read
                    ? read.Invoke(project, [name]) as string ?? ""
                    : "";
        }
        catch (Exception e) when (e is TargetInvocationException or AmbiguousMatchException)
        {
            return "";
        }
    }

    private static object? Value(object? from, string property) => from?.GetType().GetProperty(property, Members)?.GetValue(from);
}
