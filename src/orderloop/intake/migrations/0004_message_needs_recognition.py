from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0003_documents_and_lessons'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='needs_recognition',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
