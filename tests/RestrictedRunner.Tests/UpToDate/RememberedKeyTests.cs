using System.Text;
using CsCheck;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.State;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

/// <summary>What the key of a step was made of, from one build to the next.</summary>
public sealed class RememberedKeyTests : IDisposable
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char["/ab =.\n\u00e9\uff5e"], 0, 20];

    private static readonly Gen<Dictionary<string, string>> Texts =
        Gen.Select(Text, Text).Array[0, 4].Select(pairs => pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    private static readonly Gen<RememberedKey> Key = Gen.Select(Text, Texts, Texts, Texts).Select((text, parameters, variables, inputs) =>
        RememberedKey.Of("key", new() { Image = text, Version = $"1{text}", Parameters = parameters, Variables = variables }, $"root{text}", inputs));

    private readonly TempFolder _folder = new();

    private string Place => _folder["step.key"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_read_back_also_from_where_a_longer_one_was() => Key.Sample(
        key =>
        {
            key.Save(Place);

            Assert.Equivalent(key, RememberedKey.Load(Place, "key"), strict: true);
        },
        iter: 50,
        threads: 1);

    [Fact]
    public void Of_another_key_and_of_no_file_it_tells_nothing()
    {
        Assert.Null(RememberedKey.Load(Place, "key"));
        Key.Single().Save(Place);

        Assert.Null(RememberedKey.Load(Place, "other"));
    }

    [Fact]
    public void A_part_of_it_is_nothing()
    {
        Key.Single().Save(Place);
        var bytes = File.ReadAllBytes(Place);

        Assert.All(Enumerable.Range(0, bytes.Length), length =>
        {
            File.WriteAllBytes(Place, bytes[..length]);
            Assert.Null(RememberedKey.Load(Place, "key"));
        });
    }

    [Fact]
    public void Where_it_cannot_be_written_nothing_happens()
    {
        Directory.CreateDirectory(Place);

        Key.Single().Save(Place);

        Assert.Null(RememberedKey.Load(Place, "key"));
    }

    [Fact]
    public void No_value_is_in_the_file_nor_the_same_hash_of_it_twice()
    {
        var parts = new KeyParts
        {
            Image = "busybox",
            Version = "1",
            Parameters = new Dictionary<string, string> { ["Command"] = "curl -H top-secret" },
            Variables = new Dictionary<string, string> { ["TOKEN"] = "top-secret" },
        };
        var (one, other) = (RememberedKey.Of("key", parts, "root", new Dictionary<string, string>()), RememberedKey.Of("key", parts, "root", new Dictionary<string, string>()));
        one.Save(Place);

        var text = Encoding.UTF8.GetString(File.ReadAllBytes(Place));
        Assert.Contains("TOKEN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret", text, StringComparison.Ordinal);
        Assert.NotEqual(one.Variables["TOKEN"], other.Variables["TOKEN"]);
        Assert.NotEqual(one.Parameters["Command"], other.Parameters["Command"]);
        Assert.Equal(one.Variables, one.Hashes(parts.Variables));
    }
}
