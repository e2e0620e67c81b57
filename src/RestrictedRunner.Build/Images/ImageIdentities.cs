using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.Build.Images;

/// <summary>
/// What the names of images stand for on one engine, which is asked once in a build for all that a project names.
/// </summary>
/// <param name="host">The machine that builds.</param>
internal sealed class ImageIdentities(Host host)
{
    private readonly object _lock = new();
    private readonly Dictionary<string, EngineImage> _known = [];
    private readonly HashSet<string> _pulled = [];
    private readonly HashSet<string> _described = [];
    private RunnerException? _absence;
    private bool _hasAnswered;
    private bool _isTold;

    /// <summary>Why the engine did not answer when it was last asked; null when it did, or was not asked.</summary>
    public RunnerException? Absence
    {
        get
        {
            lock (_lock)
            {
                return _absence;
            }
        }
    }

    /// <summary>True for a reference that says which content it means, and so needs no question.</summary>
    public static bool IsDigest(string image) => image.Contains("@sha256:", StringComparison.Ordinal) || image.StartsWith("sha256:", StringComparison.Ordinal);

    /// <summary>Asks for those images that are not known yet, in one call; without any there is none.</summary>
    public void LookUp(IEnumerable<string> images, StepOptions engine, CancellationToken cancellation)
    {
        lock (_lock)
        {
            string[] unknown = [.. images.Where(image => !IsDigest(image) && !_known.ContainsKey(image)).Distinct()];
            if (unknown.Length > 0)
            {
                Ask(unknown, engine, cancellation);
            }
        }
    }

    /// <summary>Asks for an image that has been pulled meanwhile. A build pulls it once, so that one answer is enough.</summary>
    public void LookUpAgain(string image, StepOptions engine, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_pulled.Add(image))
            {
                _known.Remove(image);
            }

            LookUp([image], engine, cancellation);
        }
    }

    /// <summary>The identity of an image, the same on every engine; null when the engine does not have it.</summary>
    public string? Find(string image)
    {
        lock (_lock)
        {
            return IsDigest(image) ? image : _known.GetValueOrDefault(image)?.Content;
        }
    }

    /// <summary>The engine's own name of that image, which stays; null when the engine does not have it.</summary>
    public string? Id(string image)
    {
        lock (_lock)
        {
            return IsDigest(image) ? image : _known.GetValueOrDefault(image)?.Id;
        }
    }

    /// <summary>True for an image that a registry has, as far as the engine knows.</summary>
    public bool IsOfRegistry(string image)
    {
        lock (_lock)
        {
            return IsDigest(image) ? !image.StartsWith("sha256:", StringComparison.Ordinal) : _known.GetValueOrDefault(image)?.IsOfRegistry == true;
        }
    }

    /// <summary>What the engine says of an image, also of one whose name says which content it means; null when the engine does not have it.</summary>
    public EngineImage? Describe(string image, StepOptions engine, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (IsDigest(image) && _described.Add(image) && _absence is null)
            {
                Ask([image], engine, cancellation);
            }

            return _known.GetValueOrDefault(image);
        }
    }

    /// <summary>Why the engine does not answer. An engine that nobody has asked yet is asked for the image.</summary>
    public RunnerException? WhyAbsent(string image, StepOptions engine, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_absence is null && !_hasAnswered)
            {
                Ask([image], engine, cancellation);
            }

            return _absence;
        }
    }

    /// <summary>True once in a build.</summary>
    public bool IsFirstToTell()
    {
        lock (_lock)
        {
            return !_isTold && (_isTold = true);
        }
    }

    private void Ask(IReadOnlyList<string> images, StepOptions engine, CancellationToken cancellation)
    {
        try
        {
            foreach (var (image, found) in EngineImages.FindAsync(images, engine, host, cancellation).GetAwaiter().GetResult())
            {
                _known[image] = found;
            }

            (_absence, _hasAnswered) = (null, true);
        }
        catch (RunnerException e)
        {
            _absence = e;
        }
    }
}
