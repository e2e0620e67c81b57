using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace RestrictedRunner.PackageTests;

/// <summary>Steps that try to leave a secret behind, and a search for it wherever something of them is.</summary>
public class LeakingStepsTests
{
    // Each is a declared step, which has the secrets as $TOKEN and in /run/secrets.
    private static readonly (string Name, string Attributes, string Command)[] Leaks =
    [
        ("Raw", "", "cat /run/secrets/token; cat /run/secrets/key"),
        ("Base64", "", "base64 /run/secrets/token; echo x$TOKEN | base64; echo xy$TOKEN | base64 -w 20; base64 /run/secrets/key"),
        ("Url", "", "od -An -v -tx1 /run/secrets/token | tr -d '\\n' | tr ' ' '%'"),
        ("Json", "", "od -An -v -tx1 /run/secrets/token | tr -d '\\n' | sed 's/ /\\\\u00/g'; echo; sed 's/\"/\\\\\"/g' /run/secrets/token"),
        ("Lines", "", "fold -b -w 5 /run/secrets/token; echo; fold -b -w 20 /run/secrets/key"),
        ("Error", "LogStandardErrorAsError=\"true\"", "cat /run/secrets/token >&2"),
        ("Located", "", "echo \"a.c(1,1): error X1: $TOKEN\"; echo \"$TOKEN:1: error: no\" >&2; echo \"a.c:1:1: warning: $TOKEN\"; exit 1"),
        ("Exit", "", "echo 'It was:'; cat /run/secrets/token; exit 7"),
        ("Program", "", "\"$TOKEN\""),
        ("Variables", "", "env; cat /proc/self/environ /proc/$$/environ; set"),
        ("Trace", "", "set -x; test \"$TOKEN\" = x || true"),
        ("Colours", "", "printf '\\033[31m%s\\033[0m%s\\n' \"$(head -c 6 /run/secrets/token)\" \"$(tail -c +7 /run/secrets/token)\""),
        ("Background", "", "(sleep 0.2; cat /run/secrets/token) & wait"),
        ("Temporary", "", "cp /run/secrets/token /tmp/copy; cp /run/secrets/token /copy; cp /run/secrets/token /.restricted-runner.secrets/token; cp /run/secrets/token /dev/shm/copy"),
        ("Crash", "", "ulimit -c unlimited; sh -c 'kill -ABRT $$'; exit 0"),
        ("Flood", "", "yes \"$TOKEN\" | head -n 20000"),
        ("Long", "", "yes x | head -c 3000000 | tr -d '\\n'; cat /run/secrets/token; exit 1"),
        ("Pattern", "CustomErrorRegularExpression=\"horse\"", "cat /run/secrets/token"),
        ("Hermetic", "Hermetic=\"true\"", "cat /run/secrets/token; sleep 0"),
        ("Bash", "Shell=\"sh -x\"", "echo \"$TOKEN\""),
        ("Output", "Outputs=\"output.txt\"", "cat /run/secrets/token >output.txt"),
        ("Encoded", "Outputs=\"encoded/\" Hermetic=\"true\"", "mkdir encoded/below; base64 -w 9 /run/secrets/token >encoded/below/file.txt"),
        ("Link", "Outputs=\"link\"", "ln -s \"$TOKEN\" link"),
        ("FileName", "Outputs=\"names/\"", "echo 1 >names/other; echo 1 >\"names/$(base64 -w 0 /run/secrets/token | tr '+/' '-_')\"; echo 1 >\"names/$TOKEN\""),
        ("FolderName", "Outputs=\"folders/\" Hermetic=\"true\"", "mkdir \"folders/$TOKEN\"; echo 1 >\"folders/$TOKEN/file\""),
        ("Elsewhere", "Outputs=\"elsewhere\"", "echo 1 >\"$TOKEN\"; rm \"$TOKEN\""),
    ];

    private readonly string _token = $"correct horse+\"{Guid.NewGuid():N}&é";
    private readonly string _key = $"-----BEGIN KEY-----\n{Guid.NewGuid():N}\n{Guid.NewGuid():N}\n-----END KEY-----\n";

    [EngineFact]
    public async Task No_step_leaves_a_secret_anywhere()
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <DockerSecret Include="token" Environment="MY_TOKEN" As="TOKEN" />
                <DockerSecret Include="key" File="$(Keys)" As="KEY" />
                <DockerExecStep Include="Watched" Image="busybox:latest" Secrets="token;key" Command="echo started; while [ ! -e go ]; do :; done" />
                {string.Concat(Leaks.Select(leak => $"<DockerExecStep Include=\"{leak.Name}\" Image=\"busybox:latest\" DependsOn=\"Watched\" Secrets=\"token;key\" {leak.Attributes} Command=\"{System.Security.SecurityElement.Escape(leak.Command).Replace("$(", "%24(", StringComparison.Ordinal)}\" />\n"))}
              </ItemGroup>
              <Target Name="Build">
                <DockerExec Image="busybox:latest" Secrets="@(DockerSecret)" Command="cat /run/secrets/token; fold -w 9 /run/secrets/token &gt;&amp;2; echo &quot;$KEY&quot;" ConsoleToMSBuild="true">
                  <Output TaskParameter="ConsoleOutput" ItemName="Line" />
                </DockerExec>
                <Message Importance="high" Text="Collected: @(Line)" />
              </Target>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        var temporary = Directory.CreateDirectory(project["temporary"]).FullName;
        using var keys = new TempFolder();
        keys.Write("key", _key);
        string[] whileItRuns = [];

        // The step that is watched starts no program: each would have the variable of As, as it should.
        var build = await project.BuildAsync(new BuildSetting
        {
            InItsOwnProcess = true,
            Arguments = [$"-p:Keys={keys["key"]}", "-v:diag", "-p:DockerExecBeforeTargets=Build", "-p:DockerExecMaxParallel=3"],
            Environment = new Dictionary<string, string?> { ["MY_TOKEN"] = _token, ["TMPDIR"] = temporary, ["XDG_CACHE_HOME"] = project["cache"] },
            OnLine = line =>
            {
                if (!line.TrimStart().StartsWith("started", StringComparison.Ordinal))
                {
                    return;
                }

                try
                {
                    whileItRuns = LookAround();
                }
                catch (Exception e)
                {
                    whileItRuns = [e.ToString()];
                    throw;
                }
                finally
                {
                    project.Write("go", "");
                }
            },
        });

        // All ran, and what they printed is there, but for the secrets.
        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal(Leaks.Length + 1, build.Runs);
        Assert.Contains("a.c(1,1): error X1: ***", build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain(Forms(), form => build.Console.Contains(form, StringComparison.Ordinal));
        string[] holding = ["encoded/below/file.txt", "output.txt"];
        Assert.Equal(holding, build.Warnings.Where(warning => warning.Code == "RRB4023").Select(warning => warning.Text.Split('\'')[3]).Order(StringComparer.Ordinal));
        Assert.Equal(["folders/***", "folders/***/file", "link", "names/***", "names/***"], build.Errors.Where(error => error.Code is "RRB4024" or "RRB4025").Select(error => error.Text.Split('\'')[3]).Order(StringComparer.Ordinal));
        Assert.Equal(["RRB3001", "RRB3001", "RRB3001", "RRB3001"], build.Errors.Where(error => error.Code == "RRB3001").Select(error => error.Code));

        // The search finds what was written on purpose, and nothing else.
        Assert.Equal(holding, Search(project.Folder));
        Assert.Empty(Search("/dev/shm"));
        Assert.Empty(Directory.GetFileSystemEntries(temporary, "rr-*"));
        Assert.Empty(whileItRuns);

        // A failed step is no step with a result, and a result that holds a secret is not kept.
        Assert.NotEmpty(Directory.GetFiles(project.Folder, "*.docker-exec.log", SearchOption.AllDirectories));
        Assert.NotEmpty(Directory.GetFiles(project.Folder, "*.state", SearchOption.AllDirectories));
    }

    // Who lists processes or asks the engine while a step runs. The build itself has the variable from the start.
    private string[] LookAround()
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(folder[^1])))
        {
            foreach (var file in (string[])["cmdline", "environ"])
            {
                try
                {
                    var name = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
                    var text = File.ReadAllText(Path.Combine(process, file));
                    if (Forms().Any(form => text.Contains(form, StringComparison.Ordinal)) && !(file == "environ" && name.StartsWith("dotnet build", StringComparison.Ordinal)))
                    {
                        found.Add($"{file} of {name}");
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It has ended since.
                }
            }
        }

        var containers = Docker.ContainersAsync("label=restricted-runner.host").GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(containers);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string[] records =
        [
            .. containers.Select(container => Client.CallAsync("docker", "inspect", container).GetAwaiter().GetResult().StandardOutput),
            Client.CallAsync("docker", "events", "--since", (now - 30).ToString(CultureInfo.InvariantCulture), "--until", now.ToString(CultureInfo.InvariantCulture), "--format", "{{json .}}").GetAwaiter().GetResult().StandardOutput,
        ];
        found.AddRange(records.Where(record => Forms().Any(form => record.Contains(form, StringComparison.Ordinal))));
        var engine = Client.CallAsync("docker", "info", "--format", "{{.DockerRootDir}}/containers").GetAwaiter().GetResult().StandardOutput.Trim();
        if (Directory.Exists(engine))
        {
            found.AddRange(Search(engine));
        }

        return [.. found];
    }

    private IEnumerable<string> Forms()
    {
        var bytes = Encoding.UTF8.GetBytes(_token);
        yield return _token;
        yield return _token[14..^2];
        yield return Convert.ToBase64String(bytes)[..^4];
        yield return Convert.ToBase64String([1, .. bytes])[2..^4];
        yield return Convert.ToBase64String([1, 2, .. bytes])[3..^4];
        yield return Uri.EscapeDataString(_token);
        yield return string.Concat(bytes.Select(octet => $"%{octet:x2}"));
        yield return JsonSerializer.Serialize(_token).Trim('"');
        yield return string.Concat(bytes.Select(octet => $"\\u00{octet:x2}"));
        foreach (var line in _key.Split('\n').Where(line => line.Length == 32))
        {
            yield return line;
        }
    }

    // Paths below a folder whose content, name or target has a form of a secret, also where it is broken into lines.
    private string[] Search(string folder)
    {
        byte[][] forms = [.. Forms().Select(Encoding.UTF8.GetBytes)];
        var found = new List<string>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var info = new FileInfo(entry);
            var name = Encoding.UTF8.GetBytes($"{Path.GetFileName(entry)}\n{info.LinkTarget}");
            if (Holds(name) || (info.LinkTarget is null && info.Exists && Holds(Content(entry))))
            {
                found.Add(Path.GetRelativePath(folder, entry));
            }
        }

        found.Sort(StringComparer.Ordinal);
        return [.. found];

        bool Holds(byte[] content)
        {
            var joined = content.Where(octet => octet is not ((byte)'\n' or (byte)'\r')).ToArray();
            return forms.Any(form => content.AsSpan().IndexOf(form) >= 0 || joined.AsSpan().IndexOf(form) >= 0);
        }
    }

    private static byte[] Content(string file)
    {
        try
        {
            using var content = File.Open(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var unpacked = new MemoryStream();
            if (Path.GetExtension(file) == ".binlog")
            {
                using var packed = new GZipStream(content, CompressionMode.Decompress);
                packed.CopyTo(unpacked);
            }
            else
            {
                content.CopyTo(unpacked);
            }

            return unpacked.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another's, or it has gone.
            return [];
        }
    }
}
