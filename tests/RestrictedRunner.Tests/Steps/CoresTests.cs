using System.Reflection;
using Microsoft.Build.Framework;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class CoresTests
{
    private static readonly int All = Environment.ProcessorCount;

    [Fact]
    public void One_step_needs_no_core_of_its_own()
    {
        using var cores = Cores.Request(Lender.With(All, out var lender), wanted: 1);

        Assert.Equal((1, 0), (cores.Granted, lender.Wanted));
    }

    [Fact]
    public void With_all_processors_as_many_run_at_once_as_are_wanted()
    {
        Assert.SkipUnless(All > 1, "There is nothing to lend.");
        using var cores = Cores.Request(Lender.With(All, out var lender), wanted: All + 5);

        Assert.Equal((All + 5, All), (cores.Granted, lender.Wanted));
    }

    [Fact]
    public void Where_other_tasks_have_some_only_those_that_are_left()
    {
        Assert.SkipUnless(All > 1, "There is nothing to lend.");
        using var cores = Cores.Request(Lender.With(All - 1, out _), wanted: All + 5);

        Assert.Equal(All - 1, cores.Granted);
    }

    [Fact]
    public void What_was_lent_goes_back()
    {
        Assert.SkipUnless(All > 1, "There is nothing to lend.");
        Cores.Request(Lender.With(All, out var lender), wanted: All + 5).Dispose();

        Assert.Equal(All, lender.Released);
    }

    // As MSBuild.exe 18.0 does to a task for .NET, and a version after it.
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void Where_none_are_lent_the_project_decides(int left)
    {
        Assert.SkipUnless(All > 1, "There is nothing to lend.");
        var cores = Cores.Request(Lender.With(left, out var lender), wanted: All + 5);
        Assert.Equal(All + 5, cores.Granted);

        cores.Dispose();

        Assert.Equal(0, lender.Released);
    }

    /// <summary>An MSBuild that has some cores left, or with -1 none to ask for.</summary>
    public class Lender : DispatchProxy
    {
        private int _left;

        public int Wanted { get; private set; }

        public int Released { get; private set; }

        public static IBuildEngine9 With(int left, out Lender lender)
        {
            var engine = Create<IBuildEngine9, Lender>();
            lender = (Lender)(object)engine;
            lender._left = left;
            return engine;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var count = (int)args![0]!;
            switch (targetMethod!.Name)
            {
                case nameof(IBuildEngine9.RequestCores):
                    Wanted = count;
                    if (_left < 0)
                    {
                        throw new NotImplementedException();
                    }

                    return Math.Min(count, _left);
                default:
                    Released += count;
                    return null;
            }
        }
    }
}
