using Google.Protobuf;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.RemoteExecution;
using Action = RestrictedRunner.Build.RemoteExecution.Action;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace RestrictedRunner.Build.Keys;

/// <summary>
/// The key that the result of a step is kept under: the digest of an action of the Remote Execution API, in the
/// canonical form that makes equal steps equal bytes, on any machine and with any program that follows the API.
/// </summary>
/// <param name="Digest">Digest of <paramref name="Action"/>; its hash is the key.</param>
/// <param name="Action">Command, inputs and platform of the step by their digests.</param>
/// <param name="Command">What runs.</param>
internal sealed record ActionKey(Digest Digest, Action Action, Command Command)
{
    // Not of the API, but what its clients and servers have agreed upon:
    // https://github.com/bazelbuild/bazel/blob/master/site/en/remote/rbe.md
    private const string ImageProperty = "container-image";
    private const string ImagePrefix = "docker://";

    /// <param name="step">What the step is.</param>
    /// <param name="inputRoot">Root of its <see cref="InputTree"/>.</param>
    /// <exception cref="ArgumentException">An output path is not a relative one.</exception>
    public static ActionKey Of(StepAction step, Digest inputRoot)
    {
        var command = CommandOf(step);
        var action = new Action
        {
            CommandDigest = Digests.Of(command),
            InputRootDigest = inputRoot,
            Timeout = step.Timeout == Timeout.InfiniteTimeSpan ? null : Duration.FromTimeSpan(step.Timeout),
            Salt = ByteString.CopyFromUtf8(step.Salt),
            Platform = PlatformOf(step),
        };
        return new(Digests.Of(action), action, command);
    }

    private static Command CommandOf(StepAction step) => new()
    {
        Arguments = { step.Arguments },
        EnvironmentVariables =
        {
            step.EnvironmentVariables
                .GroupBy(variable => variable.Name, (name, variables) => new Command.Types.EnvironmentVariable { Name = name, Value = variables.Last().Value })
                .OrderBy(variable => variable.Name, Utf8Order.Comparer),
        },
        WorkingDirectory = step.WorkingDirectory,
        OutputPaths = { step.OutputPaths.Select(OutputPath).Distinct().Order(Utf8Order.Comparer) },
    };

    private static Platform PlatformOf(StepAction step) => new()
    {
        Properties =
        {
            step.Properties.Append(new ActionProperty(ImageProperty, ImagePrefix + step.Image))
                .Distinct()
                .OrderBy(property => property.Name, Utf8Order.Comparer)
                .ThenBy(property => property.Value, Utf8Order.Comparer)
                .Select(property => new Platform.Types.Property { Name = property.Name, Value = property.Value }),
        },
    };

    private static string OutputPath(string path) =>
        path.StartsWith('/') ? throw new ArgumentException($"\"{path}\" is not relative to the working directory") : path.TrimEnd('/');
}
