using System.Text;
using System.Text.RegularExpressions;
using RestrictedRunner.Hosts;
using RestrictedRunner.Masking;

namespace RestrictedRunner.Commands;

/// <summary>The secrets of a step with their values, as they are when it is about to run.</summary>
internal sealed partial class SecretValues
{
    /// <summary>Folder of the secrets inside the container.</summary>
    public const string MountPoint = "/run/secrets";

    // A pattern of the mask is as long, and so is what may have to wait for the next piece of output.
    private const int Longest = 64 * 1024;
    private const int Shortest = SecretPatterns.Shortest;

    private static readonly SecretValues None = new([], []);

    private SecretValues(IReadOnlyList<SecretValue> values, IReadOnlyList<OptionProblem> problems) =>
        (Values, Problems, Mask) = (values, problems, values.Count == 0 ? null : new([.. values.Select(value => value.Value)]));

    /// <summary>The values that there are.</summary>
    public IReadOnlyList<SecretValue> Values { get; }

    /// <summary>The secrets that there are, each with its value, to be read no more.</summary>
    public IReadOnlyList<Secret> Known => [.. Values.Select(value => value.Secret with { Value = value.Value })];

    /// <summary>Why others cannot be had.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; }

    /// <summary>Masks the values; null when there are none.</summary>
    public SecretMask? Mask { get; }

    /// <summary>Reads the values.</summary>
    /// <param name="secrets">Where they come from.</param>
    /// <param name="host">The machine.</param>
    public static SecretValues Read(IReadOnlyList<Secret> secrets, Host host)
    {
        if (secrets.Count == 0)
        {
            return None;
        }

        var values = new List<SecretValue>();
        var problems = new List<OptionProblem>();
        foreach (var secret in secrets.Where(IsValid))
        {
            var (value, problem) = secret.Value is { } known ? (known, null) : secret.File.Length > 0 ? OfFile(secret) : OfVariable(secret, host);
            if (problem is null && value is not null)
            {
                problem = CheckValue(secret, value);
            }

            if (problem is not null)
            {
                problems.Add(problem);
            }
            else if (value is not null)
            {
                values.Add(new(secret, value));
            }
        }

        return new(values, problems);
    }

    /// <summary>Problems of how the secrets are declared, which no value mends.</summary>
    public static IEnumerable<OptionProblem> Check(StepOptions options)
    {
        foreach (var secret in options.Secrets)
        {
            if (!Name().IsMatch(secret.Name))
            {
                yield return Invalid(secret, "its name is that of a file in /run/secrets: up to 64 letters, digits, '_', '-' and '.', the first a letter, a digit or '_'");
            }

            if (secret.Environment.Length > 0 == secret.File.Length > 0)
            {
                yield return Invalid(secret, secret.File.Length > 0 ? "it has both Environment and File; give one of them" : "it has no source: give Environment, the name of an environment variable of the build, or File, the path of a file");
            }
            else if (secret.Environment.Length > 0 && !Variable().IsMatch(secret.Environment))
            {
                // Who has written $(NUGET_TOKEN) has written the value, which no message may repeat.
                yield return Invalid(secret, "its Environment is no name of an environment variable: write Environment=\"NUGET_TOKEN\", without '$' and parentheses");
            }
            else if (ContainerEnvironment.IsReadByTheClient(secret.Environment))
            {
                yield return Invalid(secret, $"the engine's client acts on an environment variable '{secret.Environment}', so it has to see it; give the secret a variable of another name, or use File");
            }

            if (secret.As.Length > 0 && !Variable().IsMatch(secret.As))
            {
                yield return Invalid(secret, "As is the name of a shell variable: letters, digits and '_', the first no digit");
            }
            else if (secret.As.Length > 0 && !CommandPlan.CanExport(options))
            {
                yield return Invalid(secret, "As needs a Command that a POSIX shell reads (sh, bash, dash, ash, ksh, zsh); without one, read the file");
            }
        }

        foreach (var twice in options.Secrets.GroupBy(secret => secret.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Skip(1).Any()))
        {
            yield return Invalid(twice.First(), "two secrets have this name");
        }

        foreach (var twice in options.Secrets.Where(secret => secret.As.Length > 0).GroupBy(secret => secret.As).Where(group => group.Skip(1).Any()))
        {
            yield return Invalid(twice.Last(), $"two secrets have As=\"{twice.Key}\"");
        }
    }

    private static bool IsValid(Secret secret) =>
        Name().IsMatch(secret.Name) && secret.Environment.Length > 0 != secret.File.Length > 0 && (secret.File.Length > 0 || (Variable().IsMatch(secret.Environment) && !ContainerEnvironment.IsReadByTheClient(secret.Environment)));

    private static (byte[]? Value, OptionProblem? Problem) OfVariable(Secret secret, Host host) =>
        // Systems for continuous integration set the variable of a secret that they do not have to nothing.
        host.Variable(secret.Environment) is { Length: > 0 } text ? (Encoding.UTF8.GetBytes(text), null)
        : secret.Optional ? (null, null)
        : (null, Missing(secret, host.IsValue(secret.Environment)
            ? "its Environment has the value of a variable, and takes its name: write Environment=\"NUGET_TOKEN\", without '$' and parentheses"
            : $"the build has no environment variable '{secret.Environment}', or an empty one"));

    private static (byte[]? Value, OptionProblem? Problem) OfFile(Secret secret)
    {
        try
        {
            if (Directory.Exists(secret.File))
            {
                return (null, Unusable(secret, $"'{secret.File}' is a folder"));
            }

            // To open a named pipe waits for somebody who writes, without end.
            if (FileStatus.Of(secret.File) is { IsPipe: true })
            {
                return (null, Unusable(secret, $"'{secret.File}' is a named pipe; give a file"));
            }

            using var file = new FileStream(secret.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var value = new byte[Longest + 1];
            return (value[..file.ReadAtLeast(value, value.Length, throwOnEndOfStream: false)], null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return secret.Optional ? (null, null) : (null, Missing(secret, $"there is no file '{secret.File}'"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Unusable(secret, $"its file cannot be read: {e.Message.TrimEnd('.')}"));
        }
    }

    // What is below the shortest pattern cannot be masked, so it is no secret.
    private static OptionProblem? CheckValue(Secret secret, byte[] value) =>
        value.Length > Longest ? Unusable(secret, "its value is longer than 64 KiB")
        : Encoding.UTF8.GetString(value).EnumerateRunes().Count(rune => !Rune.IsWhiteSpace(rune)) < Shortest ? Unusable(secret, "its value has fewer than four characters besides white space: to mask them would mask half the log")
        : secret.As.Length > 0 && !IsText(value) ? Unusable(secret, "its value is no text, which a shell variable (As) cannot hold; read the file")
        : null;

    private static bool IsText(byte[] value) => !value.Contains((byte)0) && Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(value)).AsSpan().SequenceEqual(value);

    private static OptionProblem Invalid(Secret secret, string reason) => new(OptionProblemKind.SecretInvalid, nameof(StepOptions.Secrets), secret.Name, reason);

    private static OptionProblem Missing(Secret secret, string reason) => new(OptionProblemKind.SecretMissing, nameof(StepOptions.Secrets), secret.Name, reason);

    private static OptionProblem Unusable(Secret secret, string reason) => new(OptionProblemKind.SecretUnusable, nameof(StepOptions.Secrets), secret.Name, reason);

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Variable();
}

/// <summary>A secret with its value.</summary>
internal sealed class SecretValue(Secret secret, byte[] value)
{
    /// <summary>The secret.</summary>
    public Secret Secret { get; } = secret;

    /// <summary>Its value.</summary>
    public byte[] Value { get; } = value;
}
