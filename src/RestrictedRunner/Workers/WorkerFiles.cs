using System.Reflection;
using System.Text;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Workers;

/// <summary>The files of a shared container on the host, beside those that every run has.</summary>
/// <param name="run">Those, with a script that is written anew for each step.</param>
internal sealed class WorkerFiles(RunFiles run)
{
    /// <summary>Where the folder is in the container. At the root, as the script.</summary>
    public const string MountPoint = "/.restricted-runner.worker";

    /// <summary>The first program of the container.</summary>
    public const string Start = $"{MountPoint}/start.sh";

    private const string StepFile = "step.sh";

    private const UnixFileMode OwnerWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode EveryoneReads = OwnerWrites | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EveryoneExecutes = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>What shows the folder to the container.</summary>
    public Mount Mount => new(run.WorkerFolder, MountPoint, ReadOnly: true);

    /// <summary>True when the step has a prepare command that was not through.</summary>
    public bool PrepareFailed => run.PrepareFailed;

    /// <summary>Folder of the pipes for the output of steps.</summary>
    /// <exception cref="WorkerLostException">The file system of temporary files has none.</exception>
    public string Output => run.OutputFolder ?? throw new WorkerLostException("the folder for temporary files has no pipes");

    /// <summary>Writes what is there before the container.</summary>
    public void Create()
    {
        UnixMode.CreateFolder(run.WorkerFolder, EveryoneReads | EveryoneExecutes);
        Write("start.sh", Resource("start.sh"));
        Write("worker.sh", Resource("worker.sh"));
        Write(StepFile, "");
    }

    /// <summary>Puts the image's shell where the container can run it, and nobody in it read it.</summary>
    /// <param name="program">The shell's bytes.</param>
    public void WriteShell(byte[] program)
    {
        var path = Path.Combine(run.WorkerFolder, "sh");
        File.WriteAllBytes(path, program);
        UnixMode.Set(path, EveryoneExecutes);
    }

    /// <summary>Writes a step. No process of another one is there to see it.</summary>
    /// <param name="script">Text of its script.</param>
    /// <param name="step">Text of <see cref="StepScript"/>.</param>
    public void WriteStep(string script, string step)
    {
        Overwrite(run.ScriptPath!, script);
        Overwrite(Path.Combine(run.WorkerFolder, StepFile), step);
        if (run.PreparedPath is { } prepared)
        {
            UnixMode.Set(prepared, EveryoneReads | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
            File.WriteAllBytes(prepared, []);
        }
    }

    // In place, because the container sees the file and not its name. Not emptied first: what is written to a file that
    // was, ext4 brings to the disk at once (auto_da_alloc, https://man7.org/linux/man-pages/man5/ext4.5.html).
    private static void Overwrite(string path, string text)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, BufferSize = 0 });
        file.Write(Encoding.UTF8.GetBytes(text));
        file.SetLength(file.Position);
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(run.WorkerFolder, name);
        File.WriteAllText(path, text);
        UnixMode.Set(path, EveryoneReads);
    }
}
