using System.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>The file <c>.netrc</c> of a user, which holds who they are on other machines: https://everything.curl.dev/usingcurl/netrc</summary>
internal static class Netrc
{
    private const string Machine = "machine";
    private const string Default = "default";
    private const string Login = "login";
    private const string Password = "password";

    /// <summary>The user and password for a machine; null when the file has none, or cannot be read.</summary>
    /// <param name="machine">Name of the machine.</param>
    /// <param name="host">The machine that builds.</param>
    public static KeyValuePair<string, string>? Find(string machine, Host host)
    {
        foreach (var file in Files(host))
        {
            try
            {
                return Read(File.ReadAllText(file), machine);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // There need not be one.
            }
        }

        return null;
    }

    /// <summary>The user and password for a machine: those under its name that come first, or those of <c>default</c>.</summary>
    /// <param name="text">What is in the file.</param>
    /// <param name="machine">Name of the machine.</param>
    public static KeyValuePair<string, string>? Read(string text, string machine)
    {
        var words = new Queue<string>(Words(text));
        while (words.TryDequeue(out var word))
        {
            if (word != Default && (word != Machine || !words.TryDequeue(out var name) || !name.Equals(machine, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            var (login, password) = ("", "");
            while (words.TryPeek(out var next) && next is not (Machine or Default))
            {
                words.Dequeue();
                if (words.TryDequeue(out var value))
                {
                    (login, password) = next switch { Login => (value, password), Password => (login, value), _ => (login, password) };
                }
            }

            return new(login, password);
        }

        return null;
    }

    private static IEnumerable<string> Files(Host host)
    {
        if (host.Variable("NETRC") is { Length: > 0 } file)
        {
            return [file];
        }

        var home = host.Variable("HOME") is { Length: > 0 } own ? own : host.UserFolder;
        return home.Length == 0 ? [] : host.IsWindows ? [host.Paths.Join(home, "_netrc"), host.Paths.Join(home, ".netrc")] : [host.Paths.Join(home, ".netrc")];
    }

    // A word is in quotes where it has white space in it. A macro, which other programs run, goes to the next empty line.
    private static IEnumerable<string> Words(string text)
    {
        var isInMacro = false;
        foreach (var line in text.Split('\n').Select(static line => line.TrimEnd('\r')))
        {
            isInMacro &= line.Length > 0;
            if (isInMacro || line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            foreach (var word in WordsOf(line))
            {
                if (word == "macdef")
                {
                    isInMacro = true;
                    break;
                }

                yield return word;
            }
        }
    }

    private static IEnumerable<string> WordsOf(string line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is ' ' or '\t')
            {
                continue;
            }

            var word = new StringBuilder();
            if (line[i] == '"')
            {
                for (i++; i < line.Length && line[i] != '"'; i++)
                {
                    i += line[i] == '\\' && i + 1 < line.Length ? 1 : 0;
                    word.Append(line[i]);
                }
            }
            else
            {
                for (; i < line.Length && line[i] is not (' ' or '\t'); i++)
                {
                    word.Append(line[i]);
                }
            }

            yield return word.ToString();
        }
    }
}
