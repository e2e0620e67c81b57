namespace RestrictedRunner.Build.Hosts;

/// <summary>Puts a file in the place of another, which at any moment is the old or the new one.</summary>
internal static class Replacement
{
    private const int MostAttempts = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Moves a file to a place on the same file system.</summary>
    /// <exception cref="IOException">It cannot be moved there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be moved there.</exception>
    public static void Move(string path, string place)
    {
        // Windows replaces no file that somebody has open, as who reads the old one or replaces it too has for a moment. Of
        // the end of that no event tells.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                ReadOnlyAttribute.Clear(place);
                File.Move(path, place, overwrite: true);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException && File.Exists(place))
            {
                if (attempt == MostAttempts)
                {
                    throw new IOException($"'{place}' cannot be replaced; another process may have it open. {e.Message}", e);
                }

                Thread.Sleep(Pause);
            }
        }
    }
}
