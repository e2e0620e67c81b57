using System.Collections.Concurrent;
using RestrictedRunner.Engine;
using RestrictedRunner.Options;

namespace RestrictedRunner.Images;

/// <summary>
/// The pulls of one build. An image is pulled once for all steps that need it, and a pull that failed is not tried again:
/// each of the steps fails with its reason.
/// </summary>
internal sealed class ImagePulls
{
    private readonly ConcurrentDictionary<(string Client, EngineChoice Engine, string Image, string Platform), Task> _pulls = [];

    /// <summary>Pulls the image when the policy says so, asking the engine first.</summary>
    /// <returns>False when there was nothing to pull.</returns>
    /// <exception cref="RunnerException">The image is not there and may not, or cannot, be pulled.</exception>
    public async Task<bool> EnsureAsync(EngineProcess engine, StepOptions options, RunObserver observer, Reaper reaper, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var before = Find(engine, options);
        if (options.Pull != PullPolicy.Always && await ImagePull.IsThereAsync(engine, options, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        await PullAsync(engine, options, before, observer, reaper, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>The pull of a step's image; null when this build has not begun one.</summary>
    public Task? Find(EngineProcess engine, StepOptions options) => _pulls.GetValueOrDefault(Key(engine, options));

    /// <summary>Pulls a step's image, or waits for the step that does.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="options">Tells image and platform.</param>
    /// <param name="before">What <see cref="Find"/> said before the engine did not have the image: when that pull succeeded, the image has gone again. Null when nobody has asked the engine.</param>
    /// <param name="observer">Sees the progress.</param>
    /// <param name="reaper">Ends the pull when this process is killed.</param>
    /// <param name="cancellation">Ends the pull, or the wait.</param>
    /// <exception cref="RunnerException">With the reason of the last try.</exception>
    public async Task PullAsync(EngineProcess engine, StepOptions options, Task? before, RunObserver observer, Reaper reaper, CancellationToken cancellation)
    {
        while (true)
        {
            var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var pull = _pulls.AddOrUpdate(Key(engine, options), own.Task, (_, known) => known == before && known.IsCompletedSuccessfully ? own.Task : known);
            if (pull == own.Task)
            {
                await PullForAllAsync(own).ConfigureAwait(false);
                return;
            }

            if (!pull.IsCompleted)
            {
                observer.PullProgress($"{options.ImageName}: another step of this build pulls it");
            }

            try
            {
                await pull.WaitAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The step that pulled was cancelled, and this one was not.
            }
        }

        async Task PullForAllAsync(TaskCompletionSource own)
        {
            try
            {
                await ImagePull.RunAsync(engine, options, observer, reaper, cancellation).ConfigureAwait(false);
                own.SetResult();
            }
            catch (RunnerException e)
            {
                own.SetException(e);

                // Nobody else may need the image.
                _ = own.Task.Exception;
                throw;
            }
            catch
            {
                _pulls.TryRemove(new(Key(engine, options), own.Task));
                own.SetCanceled(CancellationToken.None);
                throw;
            }
        }
    }

    private static (string Client, EngineChoice Engine, string Image, string Platform) Key(EngineProcess engine, StepOptions options) => (engine.ClientPath, options.EngineChoice, options.Image, options.Platform);
}
