using System.Globalization;
using CsCheck;

namespace RestrictedRunner.EngineTests;

/// <summary>
/// Thousands of generated texts reach a real container and come back byte by byte: output is read as UTF-8, so an equal
/// text is equal bytes.
/// </summary>
public class AnyTextTests
{
    // A thousand texts for each way in, in few containers.
    private const int Batch = 500;
    private const int Batches = 2;

    [Theory]
    [EachEngine]
    public Task Arguments_arrive_as_they_are(string engine) =>
        AnyText.Text.Array[Batch].SampleAsync(
            async texts => Assert.Equal(
                texts,
                Split(await Step.Direct(engine, ["sh", "-c", """printf '%s\0' "$@";""", "name", .. texts]).OutputAsync())),
            iter: Batches,
            threads: 1);

    [Theory]
    [EachEngine]
    public Task A_script_arrives_as_it_is_but_for_line_ends_of_Windows(string engine) =>
        AnyText.Text.Array[Batch].SampleAsync(
            async texts =>
            {
                var script = string.Join(" \n", texts);
                Assert.Equal(
                    script.Replace("\r\n", "\n", StringComparison.Ordinal),
                    await (Step.On(engine, script) with { Shell = "cat" }).OutputAsync());
            },
            iter: Batches,
            threads: 1);

    [Theory]
    [EachEngine]
    public Task A_shell_reads_what_is_quoted_in_a_script(string engine) =>
        AnyText.Text.Array[Batch].SampleAsync(
            async texts =>
            {
                var quoted = texts.Select(text => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'");
                Assert.Equal(
                    texts.Select(text => text.Replace("\r\n", "\n", StringComparison.Ordinal)),
                    Split(await Step.On(engine, $@"printf '%s\0' {string.Join(' ', quoted)}").OutputAsync()));
            },
            iter: Batches,
            threads: 1);

    // Its ends too: a first or last character could be lost where the middle is not. A text that is a program's name is none.
    [Theory]
    [EachEngine]
    public Task A_short_script_arrives_as_it_is(string engine) =>
        AnyText.Text.Where(text => text.Trim().Any(character => !char.IsAsciiLetterOrDigit(character) && !"_./+-".Contains(character, StringComparison.Ordinal))).Array[50].SampleAsync(
            async texts =>
            {
                using var folder = new TempFolder();
                var files = texts.Select((text, number) => new RunFiles(Host.OfThisMachine, folder[$"{number}"], CommandPlan.For(Step.On(engine, text)).Script, environment: null, hasPrepare: false, hasPipes: false)).ToArray();
                var mounts = files.Select((file, number) => new Mount(file.ScriptPath!, $"/scripts/{number}", ReadOnly: true)).ToArray();
                var scripts = texts.Select(text => text.Replace("\r\n", "\n", StringComparison.Ordinal)).ToArray();

                Assert.Equal(scripts, Split(await (Step.Direct(engine, "sh", "-c", $"""for number in $(seq 0 {texts.Length - 1}); do cat /scripts/$number; printf '\0'; done""") with { Mounts = mounts }).OutputAsync()));
                Assert.Equal(scripts[0], await (Step.On(engine, texts[0]) with { Shell = "cat" }).OutputAsync());
            },
            iter: Batches,
            threads: 1);

    [Theory]
    [EachEngine("VALUE_")]
    [EachEngine("GO_VALUE_")]
    public Task Values_of_the_environment_arrive_as_they_are(string engine, string prefix) =>
        // The second sort goes through a file of lines, because the client reads variables of such names itself.
        (prefix == "VALUE_" ? AnyText.Text : AnyText.Line).Array[Batch].SampleAsync(
            async texts =>
            {
                var variables = texts.Select((text, number) => new EnvironmentVariable(string.Create(CultureInfo.InvariantCulture, $"{prefix}{number:000}"), text)).ToArray();
                var output = Split(await (Step.Direct(engine, "cat", "/proc/self/environ") with { EnvironmentVariables = variables }).OutputAsync());
                Assert.Equal(
                    variables.Select(variable => $"{variable.Name}={variable.Value}"),
                    output.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            },
            iter: Batches,
            threads: 1);

    [SeesFiles]
    [Theory]
    [EachEngine]
    public Task Mounts_lie_where_they_are_said_to(string engine) =>
        Gen.Select(AnyText.FileName, AnyText.FileName).Array[50].SampleAsync(
            async names =>
            {
                using var folder = new TempFolder();
                var mounts = names
                    .DistinctBy(pair => pair.Item1).DistinctBy(pair => pair.Item2)
                    .Select((pair, number) =>
                    {
                        var host = Directory.CreateDirectory(folder[pair.Item1]).FullName;
                        File.WriteAllText(Path.Combine(host, "marker"), number.ToString(CultureInfo.InvariantCulture));
                        return new Mount(host, "/mounts/" + pair.Item2, ReadOnly: number % 2 == 0);
                    })
                    .ToArray();

                string[] script = ["sh", "-c", """for path; do printf '%s=%s\0' "$path" "$(cat "$path/marker")"; done; find /mounts -mindepth 1 -maxdepth 1 -print0 | sort -z""", "name"];
                var output = Split(await (Step.Direct(engine, [.. script, .. mounts.Select(mount => mount.ContainerPath)]) with { Mounts = mounts }).OutputAsync());

                Assert.Equal(mounts.Select((mount, number) => $"{mount.ContainerPath}={number}"), output.Take(mounts.Length));
                Assert.Equal(mounts.Select(mount => mount.ContainerPath).ToHashSet(), output.Skip(mounts.Length).ToHashSet());
            },
            iter: 4,
            threads: 1);

    [SeesFiles]
    [Theory]
    [EachEngine]
    public Task A_working_directory_and_a_host_folder_have_any_name(string engine) =>
        AnyText.FileName.SampleAsync(
            async name =>
            {
                using var folder = new TempFolder();
                var host = Directory.CreateDirectory(folder[name]).FullName;

                Assert.Equal(
                    $"/mounts/{name}\0",
                    await (Step.Direct(engine, "sh", "-c", """printf '%s\0' "$PWD"; : >written""") with { WorkDir = $"/mounts/{name}", Mounts = [new Mount(host, $"/mounts/{name}")] }).OutputAsync());
                Assert.True(File.Exists(Path.Combine(host, "written")));
            },
            iter: 8,
            threads: 1);

    private static string[] Split(string output)
    {
        Assert.EndsWith("\0", output, StringComparison.Ordinal);
        return output[..^1].Split('\0');
    }
}
