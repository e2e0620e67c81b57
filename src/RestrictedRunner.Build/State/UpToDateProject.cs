using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.State;

/// <summary>A step that was up to date, and what a build says of it then.</summary>
/// <param name="Name">The item's identity.</param>
/// <param name="IgnoredDefaults">Names of the project's defaults that do not hold for the step.</param>
/// <param name="Outputs">The files that it wrote, relative to the project.</param>
internal sealed record UpToDateStep(string Name, IReadOnlyList<string> IgnoredDefaults, IReadOnlyList<string> Outputs);

/// <summary>An image by a name that may stand for another one in the next build.</summary>
/// <param name="Engine">The engine that was asked.</param>
/// <param name="Name">The name.</param>
/// <param name="Identity">What it stood for.</param>
internal sealed record SeenImage(EngineChoice Engine, string Name, string Identity);

/// <summary>
/// All that a build looked at when every step of a project was up to date. While all of it is the same, every step still
/// is: nobody has to search for inputs, to read a step's parameters or to compute its key.
/// </summary>
/// <param name="Parameters">Hash of what the build was given.</param>
/// <param name="StateNames">Hash of the names in the folder of the states.</param>
/// <param name="Day">When it was written: days since 1970.</param>
/// <param name="Steps">The steps, in the order in which they are logged.</param>
/// <param name="Images">Images that an engine was asked for.</param>
/// <param name="Seen">Files and folders.</param>
internal sealed record UpToDateProject(string Parameters, string StateNames, int Day, IReadOnlyList<UpToDateStep> Steps, IReadOnlyList<SeenImage> Images, IReadOnlyList<SeenPath> Seen)
{
    private static ReadOnlySpan<byte> Form => "RestrictedRunner.Build up to date 2\n"u8;

    /// <summary>Reads a file; null when it is not there, or not one of these.</summary>
    public static UpToDateProject? Load(string path)
    {
        // In most builds of a new project there is none, and an exception takes longer than the question.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var reader = CheckedBytes.Read(Form, NewFile.Read(path));
            return reader is null ? null : Read(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True while all is as it was, but for the images, of which it tells nothing. Once in a while it is not said, so that what else remembers the files is renewed.</summary>
    /// <param name="parameters">What this build was given.</param>
    /// <param name="stateNames">The names in the folder of the states.</param>
    public bool IsStillSo(string parameters, string stateNames)
    {
        if (parameters != Parameters || stateNames != StateNames || DigestCache.Today - Day is < 0 or >= DigestCache.DaysUntilRenewed)
        {
            return false;
        }

        var isSame = true;
        InParallel.For(
            Seen.Count,
            i =>
            {
                if (isSame && !Seen[i].IsUnchanged())
                {
                    isSame = false;
                }
            },
            CancellationToken.None);
        return isSame;
    }

    /// <summary>The bytes to keep.</summary>
    public byte[] ToBytes() => CheckedBytes.Of(Form, writer =>
    {
        writer.Write(Parameters);
        writer.Write(StateNames);
        writer.Write(Day);
        writer.Write(Steps.Count);
        foreach (var step in Steps)
        {
            writer.Write(step.Name);
            Write(writer, step.IgnoredDefaults);
            Write(writer, step.Outputs);
        }

        writer.Write(Images.Count);
        foreach (var image in Images)
        {
            writer.Write(image.Engine.Client);
            writer.Write(image.Engine.Context);
            writer.Write(image.Name);
            writer.Write(image.Identity);
        }

        writer.Write(Seen.Count);
        foreach (var seen in Seen)
        {
            seen.Write(writer);
        }
    });

    private static UpToDateProject Read(BinaryReader reader)
    {
        var (parameters, stateNames, day) = (reader.ReadString(), reader.ReadString(), reader.ReadInt32());
        var steps = new UpToDateStep[reader.ReadInt32()];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = new(reader.ReadString(), ReadTexts(reader), ReadTexts(reader));
        }

        var images = new SeenImage[reader.ReadInt32()];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = new(new(reader.ReadString(), reader.ReadString()), reader.ReadString(), reader.ReadString());
        }

        var seen = new SeenPath[reader.ReadInt32()];
        for (var i = 0; i < seen.Length; i++)
        {
            seen[i] = SeenPath.Read(reader);
        }

        return new(parameters, stateNames, day, steps, images, seen);
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<string> texts)
    {
        writer.Write(texts.Count);
        foreach (var text in texts)
        {
            writer.Write(text);
        }
    }

    private static string[] ReadTexts(BinaryReader reader)
    {
        var texts = new string[reader.ReadInt32()];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
        }

        return texts;
    }
}
