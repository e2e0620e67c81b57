namespace Microsoft.Build.Framework;

/// <summary>
/// Lets <c>dotnet build -mt</c> run a task in its own process, beside those of other projects. MSBuild 18.3 and later
/// know it by its full name, in any assembly and on the task's own class only; the oldest MSBuild to compile against
/// does not have it.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
