using System.Collections;
using System.Reflection;
using System.Runtime.Loader;

namespace RestrictedRunner.BuildHost;

/// <summary>The MSBuild of an SDK, in this process: what <c>dotnet build</c> calls once, called for each build.</summary>
internal sealed class SdkMSBuild
{
    private readonly MethodInfo _main;
    private readonly FieldInfo _startFolder;
    private readonly Dictionary<string, string> _ownVariables;

    /// <summary>Loads it, and lets it find its own files.</summary>
    /// <param name="sdk">The SDK's folder.</param>
    /// <param name="dotnet">The program <c>dotnet</c>.</param>
    public SdkMSBuild(string sdk, string dotnet)
    {
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(sdk, $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        var program = Path.Combine(sdk, "MSBuild.dll");
        _ownVariables = new()
        {
            ["DOTNET_HOST_PATH"] = dotnet,
            ["MSBUILD_EXE_PATH"] = program,
            ["MSBuildExtensionsPath"] = sdk + Path.DirectorySeparatorChar,
            ["MSBuildSDKsPath"] = Path.Combine(sdk, "Sdks"),
        };
        // MSBuild's own server sets it before each build; whatever else starts builds has it from the start of the process.
        _startFolder = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.Combine(sdk, "Microsoft.Build.dll"))
            .GetType("Microsoft.Build.Execution.BuildParameters", throwOnError: true)!
            .GetField("s_startupDirectory", BindingFlags.NonPublic | BindingFlags.Static)!;
        _main = AssemblyLoadContext.Default.LoadFromAssemblyPath(program).EntryPoint!;
    }

    /// <summary>Builds, and returns the exit code.</summary>
    public int Build(BuildRequest request)
    {
        SetEnvironment(request.Environment.Concat(_ownVariables));
        Directory.SetCurrentDirectory(request.Folder);
        _startFolder.SetValue(null, request.Folder);
        try
        {
            return (int)_main.Invoke(null, [request.Arguments.ToArray()])!;
        }
        finally
        {
            // The folder may be removed now.
            Directory.SetCurrentDirectory("/");
        }
    }

    private static void SetEnvironment(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var wanted = variables.ToDictionary();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!wanted.ContainsKey((string)variable.Key))
            {
                Environment.SetEnvironmentVariable((string)variable.Key, null);
            }
        }

        foreach (var (name, value) in wanted)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
