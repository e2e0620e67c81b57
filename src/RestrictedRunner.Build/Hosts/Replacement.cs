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
        Patiently(place, () =>
        {
            ReadOnlyAttribute.Clear(place);
            File.Move(path, place, overwrite: true);
            return true;
        });
    }

    /// <summary>Does something with what is at a place, on Windows again while somebody has it open.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be done.</exception>
    public static bool Patiently(string place, Func<bool> action)
    {
        // Windows neither replaces nor removes a file that somebody has open: who reads the old one or replaces it too for a
        // moment, a virus scanner, the engine's file server. Of the end of that no event tells.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return action();
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException && Path.Exists(place))
            {
                if (attempt == MostAttempts)
                {
                    throw new IOException($"'{place}' cannot be replaced or removed; another process may have it open. {e.Message}", e);
                }

                Thread.Sleep(Pause);
            }
        }
    }
}
