using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.Steps;

/// <summary>Which step comes before which: by <c>DependsOn</c>, and because one reads what another writes.</summary>
/// <param name="Steps">Each after all that it depends on.</param>
/// <param name="Before">The names of the steps that a step has to wait for, by its name.</param>
internal sealed record StepGraph(IReadOnlyList<DeclaredStep> Steps, IReadOnlyDictionary<string, IReadOnlyList<string>> Before)
{
    // As MSBuild compares the identities of items.
    private static readonly StringComparer Names = StringComparer.OrdinalIgnoreCase;

    /// <summary>Orders the steps, or tells by <paramref name="problem"/> why there is no order.</summary>
    /// <param name="steps">In the order of the project, which is kept where nothing else decides.</param>
    /// <param name="problem">Is told each fault.</param>
    /// <returns>Null when there was a fault.</returns>
    public static StepGraph? Of(IReadOnlyList<DeclaredStep> steps, Action<DeclaredStep, GraphProblem> problem)
    {
        var isGood = true;
        foreach (var second in steps.GroupBy(step => step.Name, Names).SelectMany(same => same.Skip(1)))
        {
            Report(second, new(GraphProblemKind.NameTwice, second.Name));
        }

        foreach (var step in steps)
        {
            foreach (var name in step.DependsOn.Where(name => !steps.Any(other => Names.Equals(other.Name, name))))
            {
                Report(step, new(GraphProblemKind.NameUnknown, name, Spelling.Nearest(name, steps.Select(other => other.Name))));
            }
        }

        // Every step is compared with every other.
        var outputs = steps.SelectMany(step => step.Outputs.Paths.Select(path => new Output(step, path))).ToList();
        foreach (var output in outputs)
        {
            var first = outputs.First(other => Overlap(other.Path, output.Path) || (!ReferenceEquals(other.Step, output.Step) && MayOverlap(other.Path, output.Path)));
            if (!ReferenceEquals(first.Step, output.Step))
            {
                Report(output.Step, new(GraphProblemKind.OutputTwice, output.Path.Text, first.Step.Name));
            }
        }

        if (!isGood)
        {
            return null;
        }

        var before = steps.ToDictionary(step => step.Name, step => Predecessors(step, outputs, steps), Names);
        var byName = steps.ToDictionary(step => step.Name, Names);
        var ordered = new List<DeclaredStep>();
        foreach (var step in steps)
        {
            if (FindCycle(step, [], byName, before, ordered) is { } cycle)
            {
                Report(step, new(GraphProblemKind.Cycle, string.Join(" -> ", cycle)));
                return null;
            }
        }

        return new(ordered, before);

        void Report(DeclaredStep step, GraphProblem what)
        {
            isGood = false;
            problem(step, what);
        }
    }

    /// <summary>The other steps that a step does not wait for, be it by way of others: they may write while it reads.</summary>
    public IEnumerable<DeclaredStep> NotBefore(DeclaredStep step)
    {
        var waitsFor = new HashSet<string>([step.Name], Names);
        var left = new Stack<string>([step.Name]);
        while (left.TryPop(out var name))
        {
            Before[name].Where(waitsFor.Add).ToList().ForEach(left.Push);
        }

        return Steps.Where(other => !waitsFor.Contains(other.Name));
    }

    private static IReadOnlyList<string> Predecessors(DeclaredStep step, List<Output> outputs, IReadOnlyList<DeclaredStep> steps)
    {
        var read = outputs.Where(output => step.Inputs.Reads(output.Path)).Select(output => output.Step).ToHashSet<DeclaredStep>(ReferenceEqualityComparer.Instance);
        return
        [
            .. steps.Where(other => !ReferenceEquals(other, step) && (read.Contains(other) || step.DependsOn.Contains(other.Name, Names))).Select(other => other.Name),
            // A step that depends on itself is a cycle too.
            .. step.DependsOn.Where(name => Names.Equals(name, step.Name)),
        ];
    }

    // Depth first: what is on the way already closes a cycle; what is ordered already was on no cycle.
    private static IReadOnlyList<string>? FindCycle(
        DeclaredStep step,
        IReadOnlyList<string> way,
        Dictionary<string, DeclaredStep> steps,
        Dictionary<string, IReadOnlyList<string>> before,
        List<DeclaredStep> ordered)
    {
        if (ordered.Contains(step))
        {
            return null;
        }

        IReadOnlyList<string> longer = [.. way, step.Name];
        if (way.Contains(step.Name, Names))
        {
            return [.. longer.SkipWhile(name => !Names.Equals(name, step.Name))];
        }

        foreach (var name in before[step.Name])
        {
            if (FindCycle(steps[name], longer, steps, before, ordered) is { } cycle)
            {
                return cycle;
            }
        }

        ordered.Add(step);
        return null;
    }

    private static bool Overlap(DeclaredPath output, DeclaredPath other) => output.Host.IsAtOrBelow(output.FullPath, other.FullPath) || output.Host.IsAtOrBelow(other.FullPath, output.FullPath);

    // Of plain names all is known.
    private static bool MayOverlap(DeclaredPath output, DeclaredPath other) => !(output.IsPlain && other.IsPlain) && output.MayOverlap(other);

    private sealed record Output(DeclaredStep Step, DeclaredPath Path);
}

/// <summary>Why steps have no order.</summary>
internal enum GraphProblemKind
{
    /// <summary>Two steps have one name.</summary>
    NameTwice,

    /// <summary><c>DependsOn</c> names no step.</summary>
    NameUnknown,

    /// <summary>Two steps write one file, or one writes into the other's folder.</summary>
    OutputTwice,

    /// <summary>A step has to wait for itself.</summary>
    Cycle,
}

/// <param name="Kind">What is wrong.</param>
/// <param name="What">The name, the output, or the names of the cycle.</param>
/// <param name="Other">The step that has the output too, or the name that was meant; empty when there is none.</param>
internal sealed record GraphProblem(GraphProblemKind Kind, string What, string Other = "");
