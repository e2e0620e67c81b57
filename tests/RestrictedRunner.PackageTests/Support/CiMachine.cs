using System.Formats.Tar;
using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>
/// An image for containers that are machines of a CI service: it has this machine's programs, which are mounted, and no other
/// file of it.
/// </summary>
internal static class CiMachine
{
    private const string Image = "restricted-runner-tests:machine";

    private static readonly Lazy<Task> Imported = new(ImportAsync);

    // That of the SDK which runs the tests may be anywhere.
    private static readonly string DotNetFolder = Path.GetDirectoryName(Environment.ProcessPath!)!;

    /// <summary>Starts a container, which stays until it is removed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Options of <c>docker run</c>.</param>
    /// <param name="command">Its program, which does not end by itself.</param>
    public static async Task StartAsync(string name, IReadOnlyList<string> options, IReadOnlyList<string> command)
    {
        await Imported.Value;
        string[] programs = ["/usr", "/etc/alternatives", .. DotNetFolder.StartsWith("/usr/", StringComparison.Ordinal) ? (string[])[] : [DotNetFolder]];
        await Client.OutputAsync(Engines.Docker,
        [
            "run", "--detach", "--name", name, "--log-driver", "json-file",
            "--env", $"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:{DotNetFolder}",
            .. programs.SelectMany(folder => new[] { "--mount", $"type=bind,source={folder},target={folder},readonly" }),
            .. options,
            Image,
            .. command,
        ]);
    }

    private static async Task ImportAsync()
    {
        if (Client.Succeeds(Engines.Docker, "image", "inspect", Image))
            return;

        using var root = new MemoryStream();
        await using (var tar = new TarWriter(root, leaveOpen: true))
        {
            foreach (var folder in new[] { "usr", "etc", "etc/alternatives", "var", "var/lib", "root", "proc", "sys", "dev", "run", "builds" })
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0b111_101_101 });
            foreach (var folder in new[] { "tmp", "var/tmp" })
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0b1_111_111_111 });
            foreach (var (link, target) in new[] { ("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("lib64", "usr/lib64"), ("var/run", "../run") })
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, link) { LinkName = target });
            await tar.WriteEntryAsync(Text("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n"));
            await tar.WriteEntryAsync(Text("etc/group", "root:x:0:\nnogroup:x:65534:\n"));
        }

        root.Position = 0;
        await Cli.Wrap(Engines.Docker).WithArguments(["import", "-", Image]).WithStandardInputPipe(PipeSource.FromStream(root)).ExecuteBufferedAsync();

        static PaxTarEntry Text(string name, string text) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), Mode = (UnixFileMode)0b110_100_100 };
    }
}
