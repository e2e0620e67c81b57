namespace RestrictedRunner.Options;

/// <summary>
/// Reads free-form <c>docker run</c> options far enough to see that they are options and nothing else: a word that
/// stands alone would be taken for the image, and everything after it for the command.
/// </summary>
internal static class RunOpts
{
    // Boolean options take no word after them; from `docker run --help` 28.2 and `podman run --help` 4.3.
    private static readonly HashSet<string> Booleans =
    [
        "--detach", "--disable-content-trust", "--help", "--init", "--interactive", "--no-healthcheck", "--oom-kill-disable",
        "--privileged", "--publish-all", "--quiet", "--read-only", "--rm", "--sig-proxy", "--tty", "--use-api-socket",
        "--env-host", "--http-proxy", "--no-hostname", "--no-hosts", "--passwd", "--read-only-tmpfs", "--replace", "--rmi",
        "--rootfs", "--tls-verify", "--unsetenv-all",
        "-d", "-i", "-P", "-q", "-t",
    ];

    // What the runner decides itself: who the container is, when it ends, and where its streams go.
    private static readonly HashSet<string> Reserved =
    [
        "--attach", "--cidfile", "--detach", "--detach-keys", "--help", "--interactive", "--name", "--pull", "--replace",
        "--restart", "--rm", "--rmi", "--rootfs", "--sig-proxy", "--tty", "-a", "-d", "-i", "-t",
    ];

    /// <summary>The words of checked options.</summary>
    public static IReadOnlyList<string> Split(string dockerRunOpts) => ShellWords.Split(dockerRunOpts);

    /// <summary>The options with <c>***</c> for the values of environment variables, to be shown.</summary>
    public static string Masked(string dockerRunOpts)
    {
        var words = Split(dockerRunOpts).ToArray();
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = i > 0 && VariableStart(words[i - 1]) == words[i - 1].Length ? MaskedFrom(0, words[i]) : MaskedWord(words[i]);
        }

        return ShellWords.Join(words);
    }

    private static string MaskedWord(string word) => VariableStart(word) is >= 0 and var start ? MaskedFrom(start, word) : word;

    private static string MaskedFrom(int start, string word) => word.IndexOf('=', start) is >= 0 and var equals ? word[..(equals + 1)] + "***" : word;

    // Where the variable begins in "--env=A=b", "-eA=b", "-e=A=b" or "-PeA=b"; the word's end when it is the next word,
    // -1 when there is none.
    private static int VariableStart(string word)
    {
        const string Long = "--env";
        if (word == Long || word.StartsWith(Long + "=", StringComparison.Ordinal))
        {
            return Math.Min(Long.Length + 1, word.Length);
        }

        var option = word.StartsWith('-') ? 1 : word.Length;
        while (option < word.Length && Booleans.Contains("-" + word[option]))
        {
            option++;
        }

        return option == word.Length || word[option] != 'e' ? -1
            : word.AsSpan(option + 1).StartsWith("=") ? option + 2
            : option + 1;
    }

    /// <summary>The word of an option that mounts a path of the host; null when none does. A file that the client reads, such as one of variables, is none.</summary>
    public static string? HostMount(string dockerRunOpts)
    {
        var words = Split(dockerRunOpts);
        for (var i = 0; i < words.Count; i++)
        {
            var (name, hasValue) = Options(words[i]).Last();
            var takesNextWord = !hasValue && !Booleans.Contains(name);
            var value = hasValue ? Value(words[i], name) : takesNextWord && i + 1 < words.Count ? words[i + 1] : "";
            if ((name is "-v" or "--volume" && IsHostPath(value)) || (name == "--mount" && value.Split(',').Contains("type=bind")))
            {
                return hasValue ? words[i] : $"{words[i]} {value}";
            }

            i += takesNextWord ? 1 : 0;
        }

        return null;
    }

    private static string Value(string word, string name) =>
        word.StartsWith("--", StringComparison.Ordinal) ? word[(name.Length + 1)..] : word[(word.IndexOf(name[1], StringComparison.Ordinal) + 1)..].TrimStart('=');

    // "/a:/b", "./a:/b" and "C:\\a:/b" are of the host; "name:/b" is a volume, and "/b" one without a name.
    private static bool IsHostPath(string volume) =>
        volume.Contains(":/", StringComparison.Ordinal) && (volume[0] is '/' or '.' or '~' || (volume[1] == ':' && volume.IndexOf(":/", 2, StringComparison.Ordinal) > 0));

    /// <summary>Problems of the options; empty when they can be handed over.</summary>
    public static IEnumerable<OptionProblem> Check(string dockerRunOpts)
    {
        if (!ShellWords.TrySplit(dockerRunOpts, out var words))
        {
            yield return Problem(OptionProblemKind.RunOptsInvalid, dockerRunOpts, "a quote is not closed, or a backslash ends the text");
            yield break;
        }

        foreach (var word in words.Where(word => word.Contains(OptionForms.OwnPrefix, StringComparison.Ordinal)))
        {
            yield return Problem(OptionProblemKind.RunOptsForbidden, word, $"labels and files whose names start with {OptionForms.OwnPrefix} are the runner's own");
        }

        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word.Length < 2 || word[0] != '-' || word == "--")
            {
                yield return Problem(OptionProblemKind.RunOptsInvalid, word, "it stands where an option is expected and would be taken for the image");
                continue;
            }

            var takesNextWord = false;
            foreach (var option in Options(word))
            {
                if (Reserved.Contains(option.Name))
                {
                    yield return Problem(OptionProblemKind.RunOptsForbidden, MaskedWord(word), $"{option.Name} is decided by the runner");
                }

                takesNextWord = !option.HasValue && !Booleans.Contains(option.Name);
            }

            if (takesNextWord && ++i == words.Count)
            {
                yield return Problem(OptionProblemKind.RunOptsInvalid, word, "a value is missing after it, or it is no option");
            }
        }
    }

    // "--name=value", "--name", or short options in one word: "-itv", "-v/a:/b", where the first that takes a value
    // takes the rest of the word.
    private static IEnumerable<(string Name, bool HasValue)> Options(string word)
    {
        if (word.StartsWith("--", StringComparison.Ordinal))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? (word, false) : (word[..equals], true);
            yield break;
        }

        for (var i = 1; i < word.Length; i++)
        {
            var name = "-" + word[i];
            var isBoolean = Booleans.Contains(name);
            yield return (name, !isBoolean && i + 1 < word.Length);
            if (!isBoolean)
            {
                yield break;
            }
        }
    }

    private static OptionProblem Problem(OptionProblemKind kind, string value, string reason) =>
        new(kind, nameof(StepOptions.DockerRunOpts), value, reason);
}
