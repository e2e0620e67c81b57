using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>Why an image cannot be built, because of its files.</summary>
internal enum ImageFault
{
    /// <summary>There is no Dockerfile.</summary>
    DockerfileAbsent,

    /// <summary>There is no such folder.</summary>
    ContextAbsent,

    /// <summary>Something in the context, or the Dockerfile, cannot be read.</summary>
    Unreadable,

    /// <summary>A name in the context cannot be part of a key.</summary>
    NameNotUtf8,

    /// <summary>A line of the file that leaves out parts of the context is no pattern.</summary>
    PatternInvalid,

    /// <summary>The client's builder does not look at the file that leaves out parts of the context.</summary>
    IgnoreFileUnread,

    /// <summary>The files changed while the image was built.</summary>
    ChangedMeanwhile,
}

/// <summary>An image cannot be built because of its files.</summary>
/// <param name="fault">The sort of fault.</param>
/// <param name="path">The path that it is about.</param>
/// <param name="reason">More about it.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: it becomes an error of the build.")]
internal sealed class ImageSourceException(ImageFault fault, string path, string reason = "") : Exception(reason)
{
    /// <summary>The sort of fault.</summary>
    public ImageFault Fault => fault;

    /// <summary>The path that it is about.</summary>
    public string Path => path;

    /// <summary>Line of that file, from 1; 0 for none.</summary>
    public int Line { get; init; }
}
