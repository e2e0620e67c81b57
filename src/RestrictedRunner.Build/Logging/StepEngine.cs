using System.Collections;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.MSBuild;

namespace RestrictedRunner.Build.Logging;

/// <summary>
/// MSBuild as a declared step sees it: its log is the step's part of <see cref="StepLogs"/>, and what it logs without a
/// place is at the item in the project.
/// </summary>
internal sealed class StepEngine(IBuildEngine8 engine, ProjectPlace place, Action<BuildEventArgs, Action<IBuildEngine>> log) : IBuildEngine8
{
    public int LineNumberOfTaskNode => place.Line;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => place.File;

    public bool ContinueOnError => engine.ContinueOnError;

    public bool IsRunningMultipleNodes => engine.IsRunningMultipleNodes;

    public bool AllowFailureWithoutError
    {
        get => engine.AllowFailureWithoutError;
        set => engine.AllowFailureWithoutError = value;
    }

    public void LogErrorEvent(BuildErrorEventArgs e) => log(e, to => to.LogErrorEvent(e));

    public void LogWarningEvent(BuildWarningEventArgs e) => log(e, to => to.LogWarningEvent(e));

    public void LogMessageEvent(BuildMessageEventArgs e) => log(e, to => to.LogMessageEvent(e));

    public void LogCustomEvent(CustomBuildEventArgs e) => log(e, to => to.LogCustomEvent(e));

    public bool ShouldTreatWarningAsError(string warningCode) => engine.ShouldTreatWarningAsError(warningCode);

    public void RegisterTaskObject(object key, object obj, RegisteredTaskObjectLifetime lifetime, bool allowEarlyCollection) =>
        engine.RegisterTaskObject(key, obj, lifetime, allowEarlyCollection);

    public object GetRegisteredTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => engine.GetRegisteredTaskObject(key, lifetime);

    public object UnregisterTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => engine.UnregisterTaskObject(key, lifetime);

    public IReadOnlyDictionary<string, string> GetGlobalProperties() => engine.GetGlobalProperties();

    public void LogTelemetry(string eventName, IDictionary<string, string> properties) => engine.LogTelemetry(eventName, properties);

    public void Yield() => engine.Yield();

    public void Reacquire() => engine.Reacquire();

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) =>
        engine.BuildProjectFile(projectFileName, targetNames, globalProperties, targetOutputs);

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs, string toolsVersion) =>
        engine.BuildProjectFile(projectFileName, targetNames, globalProperties, targetOutputs, toolsVersion);

    public bool BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IDictionary[] targetOutputsPerProject, string[] toolsVersion, bool useResultsCache, bool unloadProjectsOnCompletion) =>
        engine.BuildProjectFilesInParallel(projectFileNames, targetNames, globalProperties, targetOutputsPerProject, toolsVersion, useResultsCache, unloadProjectsOnCompletion);

    public BuildEngineResult BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IList<string>[] removeGlobalProperties, string[] toolsVersion, bool returnTargetOutputs) =>
        engine.BuildProjectFilesInParallel(projectFileNames, targetNames, globalProperties, removeGlobalProperties, toolsVersion, returnTargetOutputs);
}
