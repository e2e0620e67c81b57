using CsCheck;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class EscapedTextTests
{
    [Fact]
    public void An_item_gives_the_text_back() =>
        Gen.OneOf(Gen.Char["%;*?@$()'\\/ ab%3b"], Gen.Char.AlphaNumeric).Array[1, 30].Sample(
            characters =>
            {
                var text = new string(characters);
                Assert.Equal(text, new TaskItem(EscapedText.Escape(text)).ItemSpec);
            },
            iter: 5_000);
}
