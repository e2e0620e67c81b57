using System.Globalization;

namespace RestrictedRunner.PackageTests;

/// <summary>Steps that tell in a file of make's rules what they have read.</summary>
public class DependencyFileTests
{
    private const string RealTools =
        """
        <DockerExecStep Include="Compile" Image="gcc:12" Inputs="main.c" Outputs="obj/app" DependencyFile="obj/deps/app.d"
                        Mounts="$(Sdk):/sdk:ro"
                        Command="gcc -MMD -MP -MF obj/deps/app.d -Ifront -Iinclude -I/sdk -o obj/app main.c" />
        <DockerExecStep Include="Protos" Image="rvolosatovs/protoc:4.1.0" Entrypoint="none" Outputs="gen/" DependencyFile="obj/deps/protos.d"
                        Command="protoc --dependency_out=obj/deps/protos.d --cpp_out=gen protos/a.proto" />
        """;

    [EngineFact]
    public async Task A_changed_header_runs_gcc_again_and_nothing_else_does()
    {
        var sdk = TestFolder.New();
        var project = GccProject(sdk);

        // What is done to the project; how many steps then run, or which error there is.
        (string What, Action<TestProject> Do, string Then)[] changes =
        [
            ("nothing", _ => { }, "0"),
            ("a header of a header, with spaces and what make reads", p => Append(p, "include/a dir/b$c#d%e.h"), "1"),
            ("a header in a mount", _ => File.AppendAllText(Path.Combine(sdk, "sdk.h"), "\n"), "1"),
            ("an import of protoc, which escapes no space", p => Append(p, "protos/p q/b c.proto"), "1"),
            ("a header is touched, another one is included by nobody", p => { File.SetLastWriteTimeUtc(p["include/a.h"], DateTime.UtcNow.AddHours(1)); Append(p, "include/other.h"); }, "0"),
            ("a header includes that one", p => Append(p, "include/a.h", "#include \"other.h\"\n"), "1"),
            ("which is written anew with its old time", p => WriteWithOldTime(p["include/other.h"], "int other=2;"), "1"),
            ("it is included no longer, and removed", p => { Replace(p, "include/a.h", "#include \"other.h\"\n", ""); File.Delete(p["include/other.h"]); }, "1"),
            ("it is there again", p => p.Write("include/other.h", "int other = 3;\n"), "0"),
            ("a header is gone", p => File.Move(p["include/last.h"], p["include/was.h"]), "RRB3001"),
            ("it is back", p => File.Move(p["include/was.h"], p["include/last.h"]), "1"),
            ("a header that would be found first", p => p.Write("front/a.h", "#error front\n"), "0"),
            ("a dependency file is gone, another was changed", p => { File.Delete(p["front/a.h"]); File.Delete(p["obj/deps/app.d"]); Append(p, "obj/deps/protos.d"); }, "2"),
        ];
        Assert.Equal(2, (await project.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Runs);
        var seen = new List<string>();
        foreach (var (what, change, _) in changes)
        {
            change(project);

            var build = await project.BuildAsync("-p:DockerExecCache=off");

            Assert.Empty(build.Warnings);
            seen.Add($"{what}: {(build.ExitCode == 0 ? build.Runs.ToString(CultureInfo.InvariantCulture) : build.Errors[^1].Code)}");
        }

        Assert.Equal(changes.Select(change => $"{change.What}: {change.Then}"), seen);
        await project.BuildAsync("-t:CleanDockerExec");
        Assert.Equal((false, false, false), (File.Exists(project["obj/app"]), Directory.Exists(project["obj/deps"]), Directory.Exists(project["obj/docker-exec"])));
    }

    [EngineFact]
    public async Task A_result_is_restored_where_all_that_was_read_is_the_same()
    {
        var first = CatProject();
        Assert.Equal(1, (await first.BuildAsync()).SucceededWithoutWarnings().Runs);

        // What is declared is the same, and what is read is not.
        var other = CatProject();
        other.Write("main.c", Read(first["main.c"]));
        other.Write("a.h", "other\n");
        Assert.Equal(1, (await other.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.EndsWith("other\n", Read(other["out.txt"]), StringComparison.Ordinal);

        // All of it is the same: in another checkout, in this one after it was cleaned, and when a change is taken back.
        other.Write("a.h", Read(first["a.h"]));
        Assert.Equal(0, (await other.BuildAsync()).SucceededWithoutWarnings().Runs);
        var third = CatProject();
        third.Write("main.c", Read(first["main.c"]));
        third.Write("a.h", Read(first["a.h"]));
        var restored = (await third.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal(0, restored.Runs);
        Assert.Contains("Cat: from the cache", restored.Texts);
        Assert.Equal((Read(first["out.txt"]), Read(first["obj/out.d"])), (Read(third["out.txt"]), Read(third["obj/out.d"])));
        Assert.Equal(["obj/out.d of Cat, compile: ", "out.txt of Cat, compile: true"], restored.Said.Order(StringComparer.Ordinal));

        // What it knows of its inputs came with the result.
        Assert.Equal(0, (await BuildUntilUnreadAsync(third)).Runs);
        third.Write("a.h", $"{Guid.NewGuid()}\n");
        Assert.Equal("RRB3017", (await third.BuildAsync("-question")).FailedWithOneError().Code);
        Assert.Equal(1, (await third.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(0, (await BuildUntilUnreadAsync(third)).Runs);
    }

    [EngineFact]
    public async Task What_a_step_reads_is_found_by_the_rules_for_declared_inputs()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup><DockerExecImage>busybox:latest</DockerExecImage><DockerExecCache>off</DockerExecCache></PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Elsewhere" WorkingDirectory="data" DependencyFile="obj/1.d" Command="echo 'x: x.txt /etc/passwd none /project' &gt; ../obj/1.d" />
                <DockerExecStep Include="Folder" DependencyFile="obj/2.d" Command="echo 'x: tree' &gt; obj/2.d" />
                <DockerExecStep Include="Link" DependencyFile="obj/3.d" Command="echo 'x: data/link.txt' &gt; obj/3.d" />
                <DockerExecStep Include="Without" Inputs="!data/no.txt" DependencyFile="obj/4.d" Command="echo 'x: data/no.txt data/yes.txt' &gt; obj/4.d" />
                <DockerExecStep Include="Own" Outputs="out/*.txt" DependencyFile="obj/5.d" Command="[ -e out/1.txt ] || date +%N &gt; out/1.txt; echo 'x: out/1.txt out/users.txt' &gt; obj/5.d" />
                <DockerExecStep Include="Between" DependencyFile="obj/6.d" Command="echo 1 &gt; between.txt; echo 'x: between.txt' &gt; obj/6.d" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        string[] files = ["data/x.txt", "data/no.txt", "data/yes.txt", "tree/a/b.txt", "target.txt", "out/users.txt"];
        files.ToList().ForEach(file => project.Write(file, "1"));
        File.CreateSymbolicLink(project["data/link.txt"], "../target.txt");

        var first = (await project.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal(["Between", "Elsewhere", "Folder", "Link", "Own", "Without"], Ran(first));
        Assert.Contains("'between.txt', which step 'Between' read, changed while it ran: the next build runs it again. If the step writes it itself, name it in Outputs.", first.Texts);
        Assert.Equal(["Between"], await RunAsync(project));
        Assert.Empty(await RunAsync(project));

        Append(project, "data/x.txt");
        project.Write("tree/a/c.txt", "1");
        Append(project, "target.txt");
        Append(project, "data/no.txt");
        Append(project, "out/users.txt");
        Assert.Equal(["Elsewhere", "Folder", "Link", "Own"], await RunAsync(project));

        // What is gone makes the step run, and is no error.
        File.Delete(project["target.txt"]);
        Directory.Delete(project["tree"], recursive: true);
        File.Delete(project["data/yes.txt"]);
        Assert.Equal(["Folder", "Link", "Without"], await RunAsync(project));
        Assert.Empty(await RunAsync(project));
    }

    [EngineFact]
    public async Task A_file_that_is_read_and_changes_meanwhile_is_read_again()
    {
        var project = CatProject("echo running; until [ -e go ]; do sleep 0.1; done; ");
        var build = await project.BuildAsync(new BuildSetting { Arguments = ["-v:n"], OnLine = Change });
        Assert.Contains("'a.h', which step 'Cat' read, changed while it ran: the next build runs it again. If the step writes it itself, name it in Outputs.", build.SucceededWithoutWarnings().Texts);

        Assert.Equal(1, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);

        void Change(string line)
        {
            if (line.Trim() == "running")
            {
                project.Write("a.h", "changed");
                project.Write("go", "");
            }
        }
    }

    [EngineFact]
    public async Task A_step_that_reads_what_another_writes_has_to_wait_for_it()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup><DockerExecImage>busybox:latest</DockerExecImage><DockerExecCache>off</DockerExecCache></PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Write" Outputs="gen/" Command="echo 1 &gt; gen/a.h" />
                <DockerExecStep Include="Read" Outputs="out.txt" DependencyFile="out.d" Command="until [ -e gen/a.h ]; do sleep 0.1; done; cat gen/* &gt; out.txt; echo 'out.txt: gen/a.h gen/users.h' &gt; out.d" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("gen/users.h", "2");
        await project.BuildAsync();

        // In each build, be the step up to date or not.
        var warning = new Problem("RRB1041", project.File, project.LineOf("Include=\"Read\""), "Step 'Read' read 'gen/a.h', which step 'Write' writes and which 'Read' does not wait for, so it may read an old one, or none. Name 'Write' in its DependsOn, or 'gen/a.h' in its Inputs.");
        Assert.Equal([warning], (await project.BuildAsync()).Succeeded().Warnings);
        var upToDate = (await project.BuildAsync()).Succeeded();
        Assert.Equal(0, upToDate.Runs);
        Assert.Equal([warning], upToDate.Warnings);
        Assert.Equal(warning, (await project.BuildAsync("-warnaserror")).FailedWithOneError());

        Replace(project, "step.proj", "Outputs=\"out.txt\"", "Outputs=\"out.txt\" DependsOn=\"Write\"");
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
    }

    [EngineFact]
    public async Task A_file_that_does_not_tell_what_was_read_is_an_error()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup><DockerExecImage>busybox:latest</DockerExecImage></PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Absent" Outputs="1.txt" DependencyFile="obj/1.d" Command="echo &gt; 1.txt" />
                <DockerExecStep Include="Binary" Outputs="2.txt" DependencyFile="obj/2.d" Command="echo &gt; 2.txt; cp /bin/true obj/2.d" />
                <DockerExecStep Include="Earlier" Outputs="3.txt" DependencyFile="3.d" Command="echo &gt; 3.txt" />
                <DockerExecStep Include="Folder" Outputs="4.txt" DependencyFile="obj/4.d" Command="echo &gt; 4.txt; mkdir obj/4.d" />
                <DockerExecStep Include="Device" Outputs="5.txt" DependencyFile="obj/5.d" Command="echo &gt; 5.txt; ln -s /dev/zero obj/5.d" />
                <DockerExecStep Include="Bytes" Outputs="6.txt" DependencyFile="obj/6.d" Command="echo &gt; `printf 'caf\351.h'`; echo &gt; 6.txt; printf 'x: caf\351.h\n' &gt; obj/6.d" />
                <DockerExecStep Include="Several" Outputs="7.txt" DependencyFile="a.d;b.d" Command="echo &gt; 7.txt" />
                <DockerExecStep Include="Hermetic" Outputs="8.txt" DependencyFile="8.d" Hermetic="true" Command="echo &gt; 8.txt" />
                <DockerExecStep Include="Unreadable" Outputs="9.txt" DependencyFile="obj/9.d" Command="echo &gt; 9.txt; echo a.o a.c &gt; obj/9.d" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("3.d", "3.txt: a.c\n");

        var build = await project.BuildAsync();

        // .NET cannot remove it.
        await Client.OutputAsync("sh", "-c", $"rm '{project.Folder}'/caf*");
        Assert.Equal(1, build.ExitCode);
        (string Code, string Step, string Text)[] errors =
        [
            ("RRB3016", "Absent", "Step 'Absent' succeeded but did not write its output 'obj/1.d'. "),
            ("RRB3020", "Binary", Invalid("Binary", "obj/2.d", "it holds a NUL character, which no text has")),
            ("RRB3020", "Earlier", Invalid("Earlier", "3.d", "it was there before the step ran, and the step did not write it")),
            ("RRB3020", "Folder", Invalid("Folder", "obj/4.d", "it is no file")),
            ("RRB3020", "Device", Invalid("Device", "obj/5.d", "it is no file")),
            ("RRB1025", "Bytes", @"Step 'Bytes': the name of the input 'caf\xe9.h' is not UTF-8, "),
            ("RRB1003", "Several", "Step 'Several': DependencyFile 'a.d;b.d': it is the path of one file; a command that writes several can join them (cat *.d > all.d)."),
            ("RRB1005", "Hermetic", "Step 'Hermetic': DependencyFile '8.d': Hermetic is given too; a hermetic step reads its declared inputs and nothing else, so there is nothing that the file could add."),
            ("RRB3020", "Unreadable", Invalid("Unreadable", "obj/9.d", "line 1 has no colon between what was made and what was read")),
        ];
        Assert.Equal(errors.Length, build.Errors.Count);
        foreach (var (code, step, text) in errors)
        {
            var error = Assert.Single(build.Errors, error => error.Text.StartsWith(text, StringComparison.Ordinal));
            Assert.Equal((code, project.File, project.LineOf($"Include=\"{step}\"")), (error.Code, error.File, error.Line));
        }

        Assert.Contains(" Correct DependencyFile, or the command: it starts in the project's folder, which is /project in the container.", build.Errors.Single(error => error.Code == "RRB3016").Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Enumerable.Range(1, 9), i => File.Exists(project[$"{i}.txt"]));
        Assert.True(File.Exists(project["3.d"]));
    }

    private static string Invalid(string step, string file, string problem) =>
        $"Step '{step}': its DependencyFile '{file}' does not tell what the step read: {problem}. Let the command write it anew in each run, as make reads it (gcc -MMD -MF, protoc --dependency_out), or remove DependencyFile.";

    private static IReadOnlyList<string> Ran(Build build)
    {
        string[] names = ["Between", "Elsewhere", "Folder", "Link", "Own", "Without"];
        return [.. names.Where(build.Texts.Contains)];
    }

    private static async Task<IReadOnlyList<string>> RunAsync(TestProject project) => Ran((await project.BuildAsync()).SucceededWithoutWarnings());

    // Whoever reads a step opens its lock, and makes it first. A build remembers nothing of files that were written a moment before.
    private static async Task<Build> BuildUntilUnreadAsync(TestProject project)
    {
        for (var builds = 0; ; builds++)
        {
            Directory.GetFiles(project["obj/docker-exec"], "*.lock").ToList().ForEach(File.Delete);
            var build = (await project.BuildAsync()).SucceededWithoutWarnings();
            if (Directory.GetFiles(project["obj/docker-exec"], "*.lock").Length == 0)
            {
                return build;
            }

            Assert.True(builds < 8);
        }
    }

    private static TestProject CatProject(string before = "")
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <DockerExecStep Include="Cat" Image="busybox:latest" Inputs="main.c" Outputs="out.txt" DependencyFile="./obj/out.d" Compile="true"
                                Command="{before}cat main.c a.h &gt; out.txt; echo 'out.txt: main.c a.h' &gt; obj/out.d" />
              </ItemGroup>
              <Target Name="Build">
                <Message Importance="high" Text="%(DockerExecOutput.Identity) of %(DockerExecOutput.Step), compile: %(DockerExecOutput.Compile)" />
              </Target>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("main.c", $"{Guid.NewGuid()}\n");
        project.Write("a.h", $"{Guid.NewGuid()}\n");
        return project;
    }

    private static string Read(string file) => File.ReadAllText(file);

    private static TestProject GccProject(string sdk)
    {
        var project = new TestProject(
            $"""
            <Project>
              <PropertyGroup><Sdk>{sdk}</Sdk></PropertyGroup>
              <ItemGroup>
                {RealTools}
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("main.c", $"// {Guid.NewGuid()}\n#include \"a.h\"\n#include \"sdk.h\"\n#include \"last.h\"\n#include <stdio.h>\nint main(void) {{ return puts(\"\") < 0; }}\n");
        project.Write("include/a.h", "#include \"a dir/b$c#d%e.h\"\n");
        project.Write("include/a dir/b$c#d%e.h", "int b;\n");
        project.Write("include/other.h", "int other;\n");
        project.Write("include/last.h", "int last = 1;\n");
        project.Write("protos/a.proto", "syntax = \"proto3\"; import public \"protos/p q/b c.proto\"; import public \"google/protobuf/timestamp.proto\";\n");
        project.Write("protos/p q/b c.proto", "syntax = \"proto3\"; message B { }\n");
        File.WriteAllText(Path.Combine(sdk, "sdk.h"), "int sdk;\n");
        Directory.CreateDirectory(project["front"]);
        return project;
    }

    private static void Append(TestProject project, string file, string text = "\n") => File.AppendAllText(project[file], text);

    private static void Replace(TestProject project, string file, string text, string by) =>
        project.Write(file, File.ReadAllText(project[file]).Replace(text, by, StringComparison.Ordinal));

    private static void WriteWithOldTime(string path, string text)
    {
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, time);
    }
}
