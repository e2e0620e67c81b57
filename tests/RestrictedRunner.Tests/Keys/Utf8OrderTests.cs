using System.Text;
using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class Utf8OrderTests
{
    // Around the surrogates, where the two orders differ.
    internal static readonly Gen<string> Text =
        Gen.OneOf("a", "b", "\u00e9", "\ud7ff", "\ue000", "\uff5e", "\U0001f600", "\U0001f601", "\U0010ffff").Array[0, 4].Select(string.Concat);

    [Fact]
    public void Texts_are_in_the_order_of_their_bytes() =>
        Gen.Select(Text, Text).Sample(
            (x, y) => Assert.Equal(
                Math.Sign(Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))),
                Math.Sign(Utf8Order.Comparer.Compare(x, y))),
            iter: 10_000);
}
