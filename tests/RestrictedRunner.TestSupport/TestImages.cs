namespace RestrictedRunner.TestSupport;

/// <summary>Images that build/images.sh provides.</summary>
internal static class TestImages
{
    public const string Busybox = "busybox:latest";

    /// <summary>Has bash; docker only.</summary>
    public const string Gcc = "gcc:12";

    /// <summary>Its entry point is protoc; docker only.</summary>
    public const string Protoc = "rvolosatovs/protoc:4.1.0";
}
